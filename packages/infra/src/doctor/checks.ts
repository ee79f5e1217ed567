/**
 * Checks what a deployment needs. Each check says what is wrong and how to fix it, and shows no secret. A check that cannot
 * run from here says so and does not fail.
 */
import type { Api } from "@lambda-express-api/kit";
import { identityPreset } from "@lambda-express-api/kit/identity/identity-preset.ts";
import { CLOUDFLARE_ADDRESSES } from "@lambda-express-api/kit/request/cloudflare-addresses.ts";
import { loadSettings, readSetting, type Settings, SettingsError } from "../settings.ts";
import { stageFacts } from "../stage.ts";
import { type Source, sourcedEnvironment, stageWithoutFile } from "../stage-environment.ts";
import { type AnyStages, STAGES_FILE } from "../stages.ts";
import type { Resource } from "../testing/graph.ts";
import { foreignNames, missingRights } from "./deploy-rights.ts";

export interface Finding {
  readonly about: string;
  readonly verdict: "fine" | "wrong" | "unknown";
  /** The result and, if it is wrong, the fix. */
  readonly sentence: string;
}

/** The checks' calls to the outside, which tests replace. */
export interface World {
  readonly stage: string;
  readonly now: Date;
  readonly api: Pick<Api, "name" | "settings">;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The name in `sst.config.ts`; `undefined` if it is not a literal. */
  readonly appName: string | undefined;
  /** The settings in code. */
  readonly stages: AnyStages;
  /** The sources of the environment. */
  readonly sources: readonly Source[];
  /** The deployment's resources; `undefined` if SST's platform is not unpacked. */
  readonly resources: (() => Promise<readonly Resource[]>) | undefined;
  readonly versions: { readonly node: string; readonly sst: string | undefined; readonly pinnedSst: string };
  /** `undefined` with --offline. */
  readonly network: Network | undefined;
}

export interface Network {
  fetch(url: string, options?: { headers?: Record<string, string> }): Promise<Response>;
  /** The name servers of exactly this domain; may be empty. */
  nameServers(domainName: string): Promise<readonly string[]>;
  /** Whether a name has an address or an alias. */
  hasRecord(domainName: string): Promise<boolean>;
  /** The authorities in the CAA records of exactly this name; empty if it has no such record. */
  certificateAuthorities(domainName: string): Promise<readonly string[]>;
  /** For example `linux/arm64`. Rejects if the image is not visible from here. */
  imagePlatforms(image: string): Promise<readonly string[]>;
  /** Asks AWS, by default in the profile's region. Rejects with the SDK's error. */
  awsAccount(region: string | undefined): Promise<AwsAccount>;
}

export interface AwsAccount {
  readonly region: string;
  readonly concurrentExecutions: number;
  /** Instances that no function has reserved. */
  readonly unreservedConcurrentExecutions: number;
}

const fine = (about: string, sentence: string): Finding => ({ about, verdict: "fine", sentence });
const wrong = (about: string, sentence: string): Finding => ({ about, verdict: "wrong", sentence });
const unknown = (about: string, sentence: string): Finding => ({ about, verdict: "unknown", sentence });

/** Runs every check. Checks that need settings run only if the settings are right. */
export async function examine(world: World): Promise<Finding[]> {
  const findings = [checkNode(world), checkSst(world), ...checkName(world)];
  const settings = readSettings(world);
  const { region, finding: aws, account } = await askAws(world);
  if (!("jwtAuthorizer" in settings)) return [...findings, ...settings, aws];
  return [
    ...findings,
    fine("settings", `The settings for the stage ${world.stage} are complete.`),
    ...checkSharedFile(world),
    ...checkReleaseBucket(world, settings),
    ...(await checkIssuer(world, settings)),
    ...checkAudiences(settings),
    aws,
    ...checkProvisionedConcurrency(account, settings),
    ...checkRegions(region, settings),
    ...(await checkNameServers(world, settings)),
    ...(await checkRecords(world, settings)),
    ...(await checkCertificateAuthorities(world, settings)),
    ...(await checkCloudflare(world, settings)),
    ...checkCloudflareAddresses(world, settings),
    ...(await checkImage(world, settings)),
    ...(await checkDeployRights(world, settings)),
  ];
}

function checkNode({ versions: { node } }: World): Finding {
  return Number(node.split(".")[0]) >= 24
    ? fine("Node.js", `Node.js ${node}.`)
    : wrong(
        "Node.js",
        `This is Node.js ${node}, but version 24 or later is required; run the command through npm, which uses the project's Node 24.`,
      );
}

function checkSst({ versions: { sst, pinnedSst } }: World): Finding {
  if (sst === undefined) return wrong("SST", "SST is not installed; run: npm ci");
  return sst === pinnedSst
    ? fine("SST", `SST ${sst} (matches package.json).`)
    : wrong("SST", `SST ${sst} is installed, but package.json requires ${pinnedSst}; run: npm ci`);
}

/** A release finds its function by the API's name, which `sst.config.ts` cannot import. */
function checkName({ api, appName }: World): Finding[] {
  if (appName === undefined || appName === api.name) return [];
  return [
    wrong(
      "name",
      `The app is named ${appName} in sst.config.ts, but the API is named ${api.name} in src/api.ts; write name: "${api.name}" in sst.config.ts. Renaming does not remove a stage that is deployed under the other name, so remove it first.`,
    ),
  ];
}

function readSettings({ stage, environment, api, stages, sources }: World): Settings | Finding[] {
  const withoutFile = stageWithoutFile(stage, environment, sources);
  if (withoutFile !== undefined) return [wrong("settings", withoutFile)];
  try {
    return loadSettings(stage, environment, api, stages);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.message.split("\n").map((mistake) => wrong("settings", mistake));
  }
}

/** The file that counts in every stage; most developers have one for `npm start`. */
const SHARED_FILE = ".env";

/** `stages.ts` is reviewed in pull requests; an uncommitted file would replace its values in a stage that people depend on. */
function checkSharedFile({ stage, stages, environment, sources }: World): Finding[] {
  if (!stageFacts(stage, stages, environment).isPermanent) return [];
  const written = sources.find(({ name }) => name === STAGES_FILE)?.values ?? {};
  return Object.entries(sourcedEnvironment(sources)).flatMap(([name, { value, source }]) =>
    source !== SHARED_FILE || written[name] === undefined || written[name] === value
      ? []
      : [
          unknown(
            "settings",
            `${SHARED_FILE} sets ${name}=${value} for every stage, which overrides ${written[name]} in ${STAGES_FILE}; remove it, or move it to a stage's own file, for example ${SHARED_FILE}.dev.`,
          ),
        ],
  );
}

function checkReleaseBucket({ stage, environment }: World, { codeDelivery }: Settings): Finding[] {
  if (codeDelivery !== "pipeline") return [];
  const bucket = readSetting("RELEASE_BUCKET", environment);
  return [
    bucket === undefined
      ? wrong(
          "release",
          `RELEASE_BUCKET is not set, but CODE_DELIVERY is pipeline; set it to a bucket in the function's region, for example RELEASE_BUCKET=my-releases in .env.${stage}.`,
        )
      : fine("release", `Releases upload code to the S3 bucket ${bucket}.`),
  ];
}

async function checkIssuer({ network, environment }: World, settings: Settings): Promise<Finding[]> {
  const { issuer } = settings.jwtAuthorizer;
  const from = environment.JWT_ISSUER ? undefined : identityPreset(environment).sources.JWT_ISSUER;
  const variable = from ?? "JWT_ISSUER";
  if (!network) return [unknown("issuer", `${issuer} was not checked (--offline).`)];
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const document = await readJson(network, url);
  if (typeof document === "string") {
    return [
      wrong(
        "issuer",
        `${url} ${document}; check that ${variable} ${from ? "is correct" : "is your provider's issuer"}.`,
      ),
    ];
  }
  if (document.issuer !== issuer) {
    return [
      wrong(
        "issuer",
        `${from ? "The issuer" : "JWT_ISSUER"} is ${issuer}, but its discovery document says ${JSON.stringify(document.issuer)}; they must be identical, so ${from ? `correct ${from}` : "set JWT_ISSUER to the document's value"}.`,
      ),
    ];
  }
  if (typeof document.jwks_uri !== "string")
    return [wrong("issuer", `${url} does not contain a jwks_uri, so the API cannot verify tokens.`)];
  return [
    fine("issuer", `${issuer} is reachable, and its discovery document matches.`),
    ...checkKeys(environment, settings, document),
    ...(await checkSignatures(network, document.jwks_uri)),
    ...checkTokenEndpoint(environment, settings, document),
  ];
}

/** Otherwise the container would fetch keys from a wrong address. */
function checkKeys(
  { IDENTITY_PROVIDER: provider }: World["environment"],
  { jwksUri }: Settings,
  { jwks_uri: named }: Record<string, unknown>,
): Finding[] {
  if (!provider || jwksUri === undefined || jwksUri === named) return [];
  return [
    wrong(
      "keys",
      `The API expects the signing keys at ${jwksUri}, but the issuer's discovery document says ${named}; set JWT_ISSUER_JWKS_URI=${named}.`,
    ),
  ];
}

/** API Gateway verifies RSA signatures only ("Control access to HTTP APIs with JWT authorizers"). */
async function checkSignatures(network: Network, uri: string): Promise<Finding[]> {
  const document = await readJson(network, uri);
  if (typeof document === "string")
    return [wrong("keys", `${uri} ${document}, so the API cannot verify tokens.`)];
  const { keys } = document;
  if (!Array.isArray(keys) || keys.length === 0 || keys.some(({ kty }) => kty === "RSA")) return [];
  return [
    wrong(
      "keys",
      "The issuer does not have an RSA key, but API Gateway verifies only RSA signatures; configure the provider to sign with RS256, or run the API in a container and set JWT_ALGORITHMS.",
    ),
  ];
}

/** Passwords are exchanged at the document's token endpoint, if the provider offers that grant. */
function checkTokenEndpoint(
  { IDENTITY_PROVIDER: provider }: World["environment"],
  { features }: Settings,
  { token_endpoint: url, grant_types_supported: grants }: Record<string, unknown>,
): Finding[] {
  if (!features.authEndpoints || !["auth0", "oidc"].includes(provider ?? "")) return [];
  const without = "so the token endpoints cannot work; disable them with AUTH_ENDPOINTS=off.";
  if (typeof url !== "string")
    return [
      wrong("sign-in", `The issuer's discovery document does not contain a token_endpoint, ${without}`),
    ];
  if (Array.isArray(grants) && !grants.includes("password"))
    return [wrong("sign-in", `The issuer's discovery document does not list the password grant, ${without}`)];
  return [fine("sign-in", `The API exchanges passwords for tokens at ${url}.`)];
}

/** Returns the document, or what is wrong with it as the rest of a sentence. */
async function readJson(
  network: Network,
  url: string,
  headers: Record<string, string> = {},
): Promise<Record<string, unknown> | string> {
  try {
    const response = await network.fetch(url, { headers });
    if (!response.ok) return `returns ${response.status}`;
    return (await response.json()) as Record<string, unknown>;
  } catch (error) {
    return `does not respond as expected (${reasonOf(error)})`;
  }
}

const FIREBASE = /^https:\/\/securetoken\.google\.com\/([^/]+)$/;

/** Firebase issues tokens for one audience, its project. */
function checkAudiences({ jwtAuthorizer: { issuer, audiences } }: Settings): Finding[] {
  const project = FIREBASE.exec(issuer)?.[1];
  if (project === undefined) return [];
  return audiences.includes(project)
    ? [
        fine(
          "audience",
          `JWT_AUTHORIZED_AUDIENCES includes ${project}, the audience of the project's tokens.`,
        ),
      ]
    : [
        wrong(
          "audience",
          `Tokens from ${issuer} have the audience ${project}, which is not in JWT_AUTHORIZED_AUDIENCES (${audiences.join(",")}); set JWT_AUTHORIZED_AUDIENCES=${project}.`,
        ),
      ];
}

async function askAws({ environment, network }: World): Promise<Answer> {
  const said = environment.AWS_REGION || environment.AWS_DEFAULT_REGION || undefined;
  if (!network) {
    return {
      region: said,
      finding: unknown("AWS", "Your credentials were not checked (--offline)."),
    };
  }
  try {
    const account = await network.awsAccount(said);
    const { region, concurrentExecutions } = account;
    return {
      region,
      account,
      finding: fine(
        "AWS",
        `Your credentials are valid in ${region}, where up to ${concurrentExecutions} instances can run at once.`,
      ),
    };
  } catch (error) {
    return {
      region: said,
      finding: wrong(
        "AWS",
        /region is missing|region=""/i.test(reasonOf(error))
          ? "The region is not set; set AWS_REGION, for example AWS_REGION=eu-west-1."
          : `AWS rejects your credentials (${reasonOf(error)}); sign in with aws sso login, and set AWS_PROFILE and AWS_REGION, for example AWS_REGION=eu-west-1.`,
      ),
    };
  }
}

interface Answer {
  readonly region: string | undefined;
  /** Undefined if AWS did not answer. */
  readonly account?: AwsAccount;
  readonly finding: Finding;
}

/** Lambda reserves these for functions without reserved concurrency (developer guide, "Provisioned concurrency"). */
const KEPT_BACK = 100;

function checkProvisionedConcurrency(account: AwsAccount | undefined, { keepWarm }: Settings): Finding[] {
  if (keepWarm?.by !== "provisioned-concurrency" || !account) return [];
  const { instances } = keepWarm;
  const free = Math.max(0, account.unreservedConcurrentExecutions - KEPT_BACK);
  return instances <= free
    ? [fine("concurrency", `The stage needs ${instances} provisioned instances, and ${free} are available.`)]
    : [
        wrong(
          "concurrency",
          `KEEP_WARM_INSTANCES is ${instances}, but this account can provision only ${free} instances, because AWS keeps ${KEPT_BACK} unreserved; set KEEP_WARM=warmer, or raise the quota "Concurrent executions" for AWS Lambda in Service Quotas.`,
        ),
      ];
}

/** API Gateway uses certificates, and CloudWatch topics, of their own region only. */
function checkRegions(region: string | undefined, { domain, alarms }: Settings): Finding[] {
  return [
    ...checkRegion(region, "certificate", "CERTIFICATE_ARN", domain?.certificateArn),
    ...checkRegion(region, "alarms", "ALARM_TOPIC_ARN", alarms?.topicArn),
  ];
}

function checkRegion(
  region: string | undefined,
  about: string,
  variable: string,
  arn: string | undefined,
): Finding[] {
  const there = arn?.split(":")[3];
  if (there === undefined) return [];
  if (region === undefined)
    return [unknown(about, `${variable} is in ${there}, so the API must be there too.`)];
  return there === region
    ? [fine(about, `${variable} is in the API's region, ${region}.`)]
    : [
        wrong(
          about,
          `${variable} is in ${there}, but the API is in ${region}; use one in ${region}, or unset ${variable}.`,
        ),
      ];
}

const NAME_SERVERS = { route53: /\.awsdns-\d+\./, cloudflare: /\.ns\.cloudflare\.com$/ };

/** The domain itself rarely has name servers; a parent domain has. */
async function checkNameServers(
  { network }: World,
  { domain, dns: { provider } }: Settings,
): Promise<Finding[]> {
  if (!domain) return [];
  const { domainName } = domain;
  if (provider === "none") return [unknown("DNS", `You create the DNS record for ${domainName} yourself.`)];
  if (!network) return [unknown("DNS", `The name servers for ${domainName} were not checked (--offline).`)];
  const labels = domainName.split(".");
  for (let index = 0; index <= labels.length - 2; index += 1) {
    const zone = labels.slice(index).join(".");
    const servers = await network.nameServers(zone);
    if (servers.length === 0) continue;
    return servers.every((server) => NAME_SERVERS[provider].test(server))
      ? [fine("DNS", `${zone} is hosted by ${provider}.`)]
      : [
          wrong(
            "DNS",
            `The name servers for ${zone} are ${servers.join(", ")}, which do not belong to ${provider}; set DNS to where the zone is hosted, or change the name servers at the registrar.`,
          ),
        ];
  }
  return [wrong("DNS", `No parent domain of ${domainName} has name servers; check DOMAIN_NAME.`)];
}

/** The names for which the deployment creates records. */
function recordNames({ domain, container, dns }: Settings): string[] {
  if (dns.provider === "none") return [];
  return [domain?.domainName, container?.domainName].filter((name) => name !== undefined);
}

/** DNS does not show who created an existing record. */
async function checkRecords({ network }: World, settings: Settings): Promise<Finding[]> {
  const { provider, override } = settings.dns;
  if (!network || override) return [];
  const names = recordNames(settings);
  const taken = await Promise.all(names.map((name) => network.hasRecord(name)));
  const way =
    provider === "route53" ? "delete it, or replace it with DNS_OVERRIDE=on" : "delete it in Cloudflare";
  return names
    .filter((_, index) => taken[index])
    .map((name) =>
      unknown(
        "record",
        `${name} already has a DNS record. If an earlier deployment of this stage created it, ignore this. Otherwise, ${way}, or the deployment will fail halfway.`,
      ),
    );
}

/** ACM user guide, "Configure a CAA record". */
const AMAZON = ["amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"];

/** The nearest name that has CAA records decides (RFC 8659, section 3). */
async function checkCertificateAuthorities({ network }: World, settings: Settings): Promise<Finding[]> {
  if (!network) return [];
  const findings: Finding[] = [];
  for (const name of recordNames(settings)) {
    if (name === settings.domain?.domainName && settings.domain.certificateArn !== undefined) continue;
    const labels = name.split(".");
    for (let index = 0; index <= labels.length - 2; index += 1) {
      const zone = labels.slice(index).join(".");
      const authorities = await network.certificateAuthorities(zone);
      if (authorities.length === 0) continue;
      if (!authorities.some((authority) => AMAZON.includes(authority)))
        findings.push(
          wrong(
            "CAA",
            `The CAA records for ${zone} allow only ${authorities.join(", ")} to issue certificates, so AWS cannot issue one for ${name}; add the record ${zone} CAA 0 issue "amazonaws.com".`,
          ),
        );
      break;
    }
  }
  return findings;
}

const PLATFORM = "linux/arm64";

async function checkImage({ network }: World, { container }: Settings): Promise<Finding[]> {
  if (!container) return [];
  const { image } = container;
  const unseen = (why: string) => [
    unknown("image", `Cannot check ${why} whether ${image} supports ${PLATFORM}, the container's platform.`),
  ];
  if (!network) return unseen("offline");
  try {
    const platforms = await network.imagePlatforms(image);
    return platforms.includes(PLATFORM)
      ? [fine("image", `${image} supports ${PLATFORM}.`)]
      : [
          wrong(
            "image",
            `${image} supports ${platforms.join(", ")}, but the container runs on ${PLATFORM}; build it with: docker buildx build --platform ${PLATFORM} --push --tag ${image} .`,
          ),
        ];
  } catch (error) {
    return unseen(`from here (${reasonOf(error)})`);
  }
}

/** Only a role with a boundary has known limits. */
async function checkDeployRights(
  { stage, api, resources }: World,
  { permissionsBoundaryArn }: Settings,
): Promise<Finding[]> {
  if (permissionsBoundaryArn === undefined) return [];
  if (!resources)
    return [
      unknown(
        "rights",
        "Cannot check the deploy role's permissions without SST's platform; run: npx lambda-express-api platform",
      ),
    ];
  const prefix = `${api.name}-${stage}-`;
  const made = await resources();
  return [
    ...missingRights(made, prefix).map(({ types, statement }) =>
      statement
        ? unknown(
            "rights",
            `Your program creates ${types.join(", ")}. Make sure that the deploy role's alsoDeploys contains this line: ${JSON.stringify(statement)}`,
          )
        : wrong(
            "rights",
            `Your program creates ${types.join(", ")}. A deploy role that could do this could remove its own boundary, so create it in a program that an administrator deploys.`,
          ),
    ),
    ...foreignNames(made, prefix).map((name) =>
      wrong(
        "rights",
        `The name ${name} does not start with ${prefix}, so a deploy role cannot create it; let SST choose the name, or if SST shortened it, use a shorter name in infra.ts or for the stage.`,
      ),
    ),
  ];
}

async function checkCloudflare({ environment, network }: World, { dns }: Settings): Promise<Finding[]> {
  if (dns.provider !== "cloudflare") return [];
  if (!network) return [unknown("Cloudflare", "CLOUDFLARE_API_TOKEN was not checked (--offline).")];
  const answer = await readJson(network, "https://api.cloudflare.com/client/v4/user/tokens/verify", {
    authorization: `Bearer ${environment.CLOUDFLARE_API_TOKEN}`,
  });
  return [
    typeof answer === "object" && answer.success === true
      ? fine("Cloudflare", "CLOUDFLARE_API_TOKEN is valid.")
      : // Tokens of an account have another address, with the account's id.
        unknown(
          "Cloudflare",
          `Cloudflare does not confirm CLOUDFLARE_API_TOKEN${typeof answer === "string" ? ` (${answer})` : ""}. If the token belongs to an account instead of a user, ignore this. Otherwise, create one with the permissions Zone:Read and DNS:Edit.`,
        ),
  ];
}

const YEAR_MILLISECONDS = 365 * 24 * 3_600_000;

/** Requests from a missing address would have Cloudflare's address as the caller's. */
function checkCloudflareAddresses({ now }: World, { environment }: Settings): Finding[] {
  if (environment.TRUSTED_CDN !== "cloudflare") return [];
  const { date, sources } = CLOUDFLARE_ADDRESSES;
  return [
    now.getTime() - Date.parse(date) < YEAR_MILLISECONDS
      ? fine("addresses", `The kit's list of Cloudflare's addresses is from ${date}.`)
      : unknown(
          "addresses",
          `The kit's list of Cloudflare's addresses is from ${date}, which is more than a year ago; update the kit, or compare the list with ${sources.join(" and ")}.`,
        ),
  ];
}

/** The reason on one line. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { code?: string; message?: string } };
  return (cause?.code ?? cause?.message ?? message ?? String(error)).split("\n")[0] ?? "";
}
