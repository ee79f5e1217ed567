import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { api } from "../../test/fixtures/api/src/api.ts";
import type { Resource } from "../testing/graph.ts";
import { examine, type Network, type World } from "./checks.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const API = fileURLToPath(new URL("../../test/fixtures/api", import.meta.url));
const ISSUER = "https://securetoken.google.com/my-project";
const SECRETS = { FIREBASE_APP_API_KEY: "AIzaSySecretKey", CLOUDFLARE_API_TOKEN: "secret-cloudflare-token" };
const good: World = {
  stage: "dev",
  now: new Date("2026-12-01"),
  api,
  appName: api.name,
  stages: {},
  sources: [],
  resources: async () => [],
  environment: {
    ...SECRETS,
    JWT_ISSUER: ISSUER,
    JWT_AUTHORIZED_AUDIENCES: "my-project",
    AWS_REGION: "eu-west-1",
    DOMAIN_NAME: "api.example.com",
    DNS: "cloudflare",
  },
  versions: { node: "24.21.0", sst: "4.17.1", pinnedSst: "4.17.1" },
  network: networkThat({}),
};

/** A world without mistakes, with the given changes. */
function networkThat({
  document = { issuer: ISSUER, jwks_uri: `${ISSUER}/keys` },
  ...rest
}: Partial<Network> & { document?: unknown }): Network {
  return {
    fetch: async (url) => Response.json(url.includes("cloudflare") ? { success: true } : document),
    nameServers: async (name) => (name === "example.com" ? ["amy.ns.cloudflare.com"] : []),
    hasRecord: async () => false,
    certificateAuthorities: async () => [],
    imagePlatforms: async () => ["linux/amd64", "linux/arm64"],
    awsAccount: async (region = "eu-west-1") => ({
      region,
      concurrentExecutions: 1000,
      unreservedConcurrentExecutions: 900,
    }),
    ...rest,
  };
}

async function wrongOf(world: Partial<World>): Promise<string[]> {
  const findings = await examine({ ...good, ...world });
  return findings.filter(({ verdict }) => verdict === "wrong").map(({ sentence }) => sentence);
}

describe("npm run doctor", () => {
  it("finds nothing wrong in a complete setup", async () => {
    const findings = await examine(good);
    assert.deepEqual([...new Set(findings.map(({ verdict }) => verdict))], ["fine"]);
    assert.deepEqual(
      findings.map(({ about }) => about),
      ["Node.js", "SST", "settings", "issuer", "audience", "AWS", "DNS", "Cloudflare", "addresses"],
    );
  });

  it("finds nothing wrong with released code and a bucket", async () => {
    const environment = { ...good.environment, CODE_DELIVERY: "pipeline", RELEASE_BUCKET: "my-releases" };
    assert.deepEqual(await wrongOf({ environment }), []);
    const findings = await examine({ ...good, environment });
    assert.equal(
      findings.find(({ about }) => about === "release")?.sentence,
      "Releases upload code to the S3 bucket my-releases.",
    );
  });

  it("warns if Cloudflare is in front and the list of its addresses is older than a year", async () => {
    const addressesIn = async (environment: Record<string, string>) => {
      const findings = await examine({ ...good, now: new Date("2028-01-01"), environment });
      return findings.filter(({ about }) => about === "addresses");
    };
    const [finding, ...others] = await addressesIn(good.environment as Record<string, string>);
    assert.deepEqual([finding?.verdict, others], ["unknown", []]);
    assert.match(finding?.sentence ?? "", /more than a year ago; update the kit/);
    assert.deepEqual(
      await addressesIn({ ...(good.environment as Record<string, string>), DNS: "route53" }),
      [],
    );
  });

  describe("with IDENTITY_PROVIDER", () => {
    const POOL = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI";
    const named = (environment: Record<string, string | undefined>, document: object): Partial<World> => ({
      environment: { ...SECRETS, AWS_REGION: "eu-west-1", ...environment },
      network: networkThat({ document }),
    });
    const cognito = {
      IDENTITY_PROVIDER: "cognito",
      COGNITO_USER_POOL_ID: "eu-west-1_AbCdEfGhI",
      COGNITO_CLIENT_ID: "client",
    };
    const oidc = {
      IDENTITY_PROVIDER: "oidc",
      JWT_ISSUER: "https://issuer.example.com",
      JWT_AUTHORIZED_AUDIENCES: "my-api",
      AUTH_ENDPOINTS: "on",
      OIDC_CLIENT_ID: "client",
    };
    const issuerDocument = { issuer: oidc.JWT_ISSUER, jwks_uri: `${oidc.JWT_ISSUER}/keys` };
    const tokenEndpoint = { token_endpoint: `${oidc.JWT_ISSUER}/token` };

    it("finds nothing wrong if the discovery document matches the provider's settings", async () => {
      const document = { issuer: POOL, jwks_uri: `${POOL}/.well-known/jwks.json` };
      assert.deepEqual(await wrongOf(named(cognito, document)), []);
      assert.deepEqual(await wrongOf(named(oidc, { ...issuerDocument, ...tokenEndpoint })), []);
      const findings = await examine({ ...good, ...named(oidc, { ...issuerDocument, ...tokenEndpoint }) });
      assert.equal(
        findings.find(({ about }) => about === "sign-in")?.sentence,
        "The API exchanges passwords for tokens at https://issuer.example.com/token.",
      );
    });

    for (const [title, environment, document, sentence] of [
      [
        "a different issuer in the document",
        cognito,
        { issuer: "https://issuer.example.com", jwks_uri: "x" },
        /^The issuer is https:\S+_AbCdEfGhI, but its discovery document says .*, so correct COGNITO_USER_POOL_ID\.$/,
      ],
      [
        "keys elsewhere",
        cognito,
        { issuer: POOL, jwks_uri: "https://example.com/keys" },
        /^The API expects the signing keys at .*; set JWT_ISSUER_JWKS_URI=https:\/\/example\.com\/keys\.$/,
      ],
      [
        "no token endpoint",
        oidc,
        issuerDocument,
        /^The issuer's discovery document does not contain a token_endpoint, .*off\.$/,
      ],
      [
        "no password grant",
        oidc,
        { ...issuerDocument, ...tokenEndpoint, grant_types_supported: ["authorization_code"] },
        /^The issuer's discovery document does not list the password grant, .*AUTH_ENDPOINTS=off\.$/,
      ],
    ] as const) {
      it(`says what to do about ${title}`, async () => {
        const sentences = await wrongOf(named(environment, document));
        assert.equal(sentences.length, 1, sentences.join("\n"));
        assert.match(sentences.join(), sentence);
      });
    }

    it("warns if API Gateway cannot verify the issuer's signatures", async () => {
      const signingWith = (...types: string[]) =>
        networkThat({
          fetch: async (url) =>
            url.endsWith("/keys")
              ? Response.json({ keys: types.map((kty) => ({ kty })) })
              : Response.json(url.includes("cloudflare") ? { success: true } : issuerDocument),
        });
      const environment = { ...SECRETS, AWS_REGION: "eu-west-1", ...oidc, AUTH_ENDPOINTS: "off" };
      assert.deepEqual(await wrongOf({ environment, network: signingWith("EC", "RSA") }), []);
      const [sentence = "", ...others] = await wrongOf({ environment, network: signingWith("EC", "OKP") });
      assert.match(sentence, /^The issuer does not have an RSA key, .*JWT_ALGORITHMS\.$/);
      assert.deepEqual(others, []);
    });

    it("names the provider's variable if the issuer does not respond", async () => {
      const network = networkThat({ fetch: async () => new Response(null, { status: 404 }) });
      const sentences = await wrongOf({ ...named(cognito, {}), network });
      assert.match(sentences.join(), /returns 404; check that COGNITO_USER_POOL_ID is correct\.$/);
    });
  });

  it("with --offline, names the skipped checks and does not fail", async () => {
    const findings = await examine({ ...good, network: undefined });
    assert.deepEqual(
      findings.filter(({ verdict }) => verdict === "unknown").map(({ about }) => about),
      ["issuer", "AWS", "DNS", "Cloudflare"],
    );
    assert.deepEqual(await wrongOf({ network: undefined }), []);
  });

  const setting = (overrides: Record<string, string>): Partial<World> => ({
    environment: { ...good.environment, ...overrides },
  });
  const cases: [title: string, world: Partial<World>, sentence: RegExp][] = [
    ["an older Node.js", { versions: { ...good.versions, node: "20.19.0" } }, /24 or later is required/],
    ["SST that is not installed", { versions: { ...good.versions, sst: undefined } }, /run: npm ci/],
    ["another SST", { versions: { ...good.versions, sst: "4.18.0" } }, /4\.18\.0.*requires 4\.17\.1/],
    ["a mistake in the settings", setting({ MEMORY_MEGABYTES: "1" }), /MEMORY_MEGABYTES is invalid/],
    [
      "a mistake in the API's own setting",
      setting({ CATALOGUE_URL: "catalogue" }),
      /^CATALOGUE_URL is invalid \("catalogue"\); it must be a URL/,
    ],
    [
      "a stage with released code and no bucket",
      setting({ CODE_DELIVERY: "pipeline" }),
      /^RELEASE_BUCKET is not set, but CODE_DELIVERY is pipeline; set it to a bucket in the function's region, for example RELEASE_BUCKET=my-releases in \.env\.dev\.$/,
    ],
    [
      "an issuer without HTTPS",
      setting({ JWT_ISSUER: "http://127.0.0.1:9099" }),
      /^The issuer http:\/\/127\.0\.0\.1:9099 does not use HTTPS, but API Gateway fetches signing keys only over HTTPS; /,
    ],
    [
      "an issuer with an extra slash",
      setting({ JWT_ISSUER: "https://issuer.example.com/" }),
      /its discovery document says .*must be identical/,
    ],
    [
      "an issuer that does not exist",
      {
        network: networkThat({
          fetch: async (url) =>
            url.includes("cloudflare")
              ? Response.json({ success: true })
              : new Response(null, { status: 404 }),
        }),
      },
      /returns 404; check that JWT_ISSUER is your provider's issuer/,
    ],
    [
      "an issuer that does not answer",
      {
        environment: { ...good.environment, DNS: "route53" },
        network: networkThat({
          nameServers: async () => ["ns-1.awsdns-01.org"],
          fetch: async () => {
            throw new TypeError("fetch failed", { cause: { code: "ENOTFOUND" } });
          },
        }),
      },
      /does not respond as expected \(ENOTFOUND\)/,
    ],
    [
      "an issuer without keys",
      { network: networkThat({ document: { issuer: ISSUER, success: true } }) },
      /does not contain a jwks_uri/,
    ],
    [
      "an audience that is not the project",
      setting({ JWT_AUTHORIZED_AUDIENCES: "other" }),
      /set JWT_AUTHORIZED_AUDIENCES=my-project/,
    ],
    [
      "credentials that AWS refuses",
      {
        network: networkThat({
          awsAccount: async () => {
            throw new Error("The security token included in the request is invalid");
          },
        }),
      },
      /AWS rejects your credentials \(The security token included in the request is invalid\)/,
    ],
    [
      "a stage without a file, whose name may be mistyped",
      { stage: "nope", environment: { AWS_REGION: "eu-west-1" } },
      /^\.env\.nope does not exist, and IDENTITY_PROVIDER is not set; check the stage name, or copy \.env\.example to \.env\.nope and enter your values\.$/,
    ],
    [
      "a region that is not set",
      {
        network: networkThat({
          awsAccount: async () => {
            throw new Error("Region is missing");
          },
        }),
      },
      /^The region is not set; set AWS_REGION, for example AWS_REGION=eu-west-1\.$/,
    ],
    [
      "a certificate in another region",
      setting({ CERTIFICATE_ARN: "arn:aws:acm:us-east-1:123456789012:certificate/1" }),
      /CERTIFICATE_ARN is in us-east-1, but the API is in eu-west-1/,
    ],
    [
      "a topic for the alarms in another region",
      setting({ ALARMS: "on", ALARM_TOPIC_ARN: "arn:aws:sns:us-east-1:123456789012:alarms" }),
      /^ALARM_TOPIC_ARN is in us-east-1, but the API is in eu-west-1; use one in eu-west-1, or unset ALARM_TOPIC_ARN\.$/,
    ],
    [
      "more audiences than API Gateway accepts",
      setting({
        JWT_ISSUER: "https://issuer.example.com",
        JWT_AUTHORIZED_AUDIENCES: Array.from({ length: 51 }, (_, index) => `audience-${index}`).join(),
      }),
      /^JWT_AUTHORIZED_AUDIENCES contains 51 audiences, but API Gateway accepts at most 50; remove some\.$/,
    ],
    [
      "another API under the API's own mapping key",
      setting({ AWS_API_GW_MAPPING_KEY: "orders", DOMAIN_OTHER_APIS: "stock=a1b2/live,orders=c3d4/live" }),
      /^DOMAIN_OTHER_APIS has the mapping key orders, which AWS_API_GW_MAPPING_KEY gives to this API; change one of them\.$/,
    ],
    [
      "an app in sst.config.ts that does not have the API's name",
      { appName: "old-name" },
      /^The app is named old-name in sst\.config\.ts, but the API is named fixture-api in src\/api\.ts; write name: "fixture-api" in sst\.config\.ts\. /,
    ],
    ["a domain at another DNS provider", setting({ DNS: "route53" }), /, which do not belong to route53;/],
    [
      "a domain that does not exist",
      { network: networkThat({ nameServers: async () => [] }) },
      /No parent domain of .* has name servers/,
    ],
    [
      "more provisioned concurrency than the account has",
      {
        environment: { ...good.environment, KEEP_WARM: "provisioned-concurrency", KEEP_WARM_INSTANCES: "2" },
        network: networkThat({
          awsAccount: async () => ({
            region: "eu-west-1",
            concurrentExecutions: 10,
            unreservedConcurrentExecutions: 10,
          }),
        }),
      },
      /^KEEP_WARM_INSTANCES is 2, but this account can provision only 0 instances, .*set KEEP_WARM=warmer, or raise the quota/,
    ],
    [
      "CAA records that exclude Amazon",
      {
        network: networkThat({
          certificateAuthorities: async (name) =>
            name === "example.com" ? ["letsencrypt.org", "pki.goog"] : [],
        }),
      },
      /^The CAA records for example\.com allow only letsencrypt\.org, pki\.goog to issue .*add the record example\.com CAA 0 issue "amazonaws\.com"\.$/,
    ],
    [
      "an image for another architecture",
      {
        ...setting({
          CONTAINER_IMAGE: "example/image:1",
          CONTAINER_DOMAIN_NAME: "container.example.com",
        }),
        network: networkThat({ imagePlatforms: async () => ["linux/amd64"] }),
      },
      /^example\/image:1 supports linux\/amd64, but the container runs on linux\/arm64; build it with: docker buildx /,
    ],
  ];
  for (const [title, world, sentence] of cases) {
    it(`says what to do about ${title}`, async () => {
      const sentences = await wrongOf(world);
      assert.equal(sentences.length, 1, sentences.join("\n"));
      assert.match(sentences.join(), sentence);
      for (const secret of Object.values(SECRETS)) assert.ok(!sentences.join().includes(secret));
    });
  }

  const sentencesOf = async (about: string, world: Partial<World>) =>
    (await examine({ ...good, ...world }))
      .filter((finding) => finding.about === about)
      .map(({ verdict, sentence }) => `${verdict}: ${sentence}`);

  it("names each missing setting of a stage whose file exists", async () => {
    const world = { environment: {}, sources: [{ name: ".env.dev", values: {} }] };
    assert.match((await wrongOf(world)).join("\n"), /^JWT_ISSUER is not set; /m);
  });

  it("says how to replace an existing record", async () => {
    const network = networkThat({
      hasRecord: async (name) => name === "api.example.com",
      nameServers: async () => ["ns-1.awsdns-01.org"],
    });
    const [sentence = "", ...others] = await sentencesOf("record", {
      network,
      ...setting({ DNS: "route53" }),
    });
    assert.deepEqual(others, []);
    assert.match(sentence, /^unknown: api\.example\.com already has a DNS record\. .* DNS_OVERRIDE=on/);
    const override = setting({ DNS: "route53", DNS_OVERRIDE: "on" });
    assert.deepEqual(await sentencesOf("record", { network, ...override }), []);
    assert.match((await sentencesOf("record", { network })).join(), /Otherwise, delete it in Cloudflare, /);
  });

  describe("for a stage that a bounded role deploys", () => {
    const bounded = setting({
      PERMISSIONS_BOUNDARY_ARN: "arn:aws:iam::123456789012:policy/boundary",
      DNS_ZONE_ID: "Z2FDTNDATAQYW2",
    });
    const made = (type: string, name: string): Resource => ({
      ...{
        urn: name,
        type,
        name,
        parent: "",
        isComponent: false,
        inputs: { name },
        dependsOn: [],
        aliases: [],
      },
      ...{ deleteBeforeReplace: false, ignoreChanges: [], protect: false, retainOnDelete: false },
    });
    const rights = (...resources: Resource[]) =>
      sentencesOf("rights", { ...bounded, resources: async () => resources });

    it("names the kinds that the role may not create, with the line to add", async () => {
      const [sentence, ...others] = await rights(
        made("aws:kinesis/stream:Stream", "fixture-api-dev-Clicks"),
        made("aws:dynamodb/table:Table", "fixture-api-dev-Orders"),
      );
      assert.deepEqual(others, []);
      assert.equal(
        sentence,
        'unknown: Your program creates aws:kinesis/stream:Stream. Make sure that the deploy role\'s alsoDeploys contains this line: {"actions":["kinesis:*"],"resources":["arn:aws:kinesis:*:*:*fixture-api-dev-*"]}',
      );
    });

    it("finds what no such role may create, and a name that such a role refuses", async () => {
      const [user, cut] = await rights(
        made("aws:iam/user:User", "fixture-api-dev-Robot"),
        made("aws:iam/role:Role", "fixture-dev-LongRole"),
      );
      assert.match(
        user ?? "",
        /^wrong: Your program creates aws:iam\/user:User\. A deploy role that could do this could remove its own boundary, /,
      );
      assert.match(
        cut ?? "",
        /^wrong: The name fixture-dev-LongRole does not start with fixture-api-dev-, so a deploy role cannot create it; /,
      );
    });

    it("says if it cannot check the role, and skips the check without a boundary", async () => {
      const unseen = await sentencesOf("rights", { ...bounded, resources: undefined });
      assert.match(unseen.join(), /^unknown: Cannot check .* run: npx lambda-express-api platform$/);
      assert.deepEqual(await sentencesOf("rights", { resources: undefined }), []);
    });
  });

  it("does not judge a token that Cloudflare does not confirm, because an account's token has another address", async () => {
    for (const answer of [new Response(null, { status: 401 }), Response.json({ success: false })]) {
      const network = networkThat({
        fetch: async (url) =>
          url.includes("cloudflare") ? answer : Response.json({ issuer: ISSUER, jwks_uri: ISSUER }),
      });
      const sentences = await sentencesOf("Cloudflare", { network });
      assert.match(
        sentences.join(),
        /^unknown: Cloudflare does not confirm CLOUDFLARE_API_TOKEN.* belongs to an account/,
      );
      for (const secret of Object.values(SECRETS)) assert.ok(!sentences.join().includes(secret));
    }
  });

  it("accepts available concurrency, a CAA record for Amazon, an existing certificate and an image for arm64", async () => {
    const fitting = setting({
      KEEP_WARM: "provisioned-concurrency",
      KEEP_WARM_INSTANCES: "100",
      CONTAINER_IMAGE: "example/image:1",
      CONTAINER_DOMAIN_NAME: "container.example.com",
    });
    const amazon = networkThat({ certificateAuthorities: async () => ["letsencrypt.org", "amazon.com"] });
    assert.deepEqual(await wrongOf({ ...fitting, network: amazon }), []);
    assert.deepEqual(await sentencesOf("image", fitting), ["fine: example/image:1 supports linux/arm64."]);
    const given = setting({
      CERTIFICATE_ARN: "arn:aws:acm:eu-west-1:123456789012:certificate/1",
    });
    const others = networkThat({ certificateAuthorities: async () => ["letsencrypt.org"] });
    assert.deepEqual(await wrongOf({ ...given, network: others }), []);
  });

  describe("if .env, which is for every stage, overrides a value of stages.ts", () => {
    const settingsOf = (stage: string, file: string, values: Record<string, string>) =>
      sentencesOf("settings", {
        stage,
        sources: [
          { name: file, values },
          { name: "stages.ts", values: { MEMORY_MEGABYTES: "512", ALARMS: "on" } },
        ],
      });

    it("warns in a permanent stage", async () => {
      const [, warning = "", ...others] = await settingsOf("production", ".env", { MEMORY_MEGABYTES: "128" });
      assert.deepEqual(others, []);
      assert.equal(
        warning,
        "unknown: .env sets MEMORY_MEGABYTES=128 for every stage, which overrides 512 in stages.ts; remove it, or move it to a stage's own file, for example .env.dev.",
      );
    });

    it("does not warn in other stages, or about the stage's own file, the same value, or a setting missing in stages.ts", async () => {
      for (const [stage, file, values] of [
        ["dev", ".env", { MEMORY_MEGABYTES: "128" }],
        ["production", ".env.production", { MEMORY_MEGABYTES: "128" }],
        ["production", ".env", { MEMORY_MEGABYTES: "512", THROTTLE_RATE: "7" }],
      ] as const) {
        const [complete, ...warnings] = await settingsOf(stage, file, values);
        assert.match(complete ?? "", /^fine: /);
        assert.deepEqual(warnings, [], stage);
      }
    });
  });

  it("says why it cannot check an image, and does not fail", async () => {
    const container = setting({
      CONTAINER_IMAGE: "example/image:1",
      CONTAINER_DOMAIN_NAME: "container.example.com",
    });
    const network = networkThat({ imagePlatforms: () => Promise.reject(new Error("spawn docker ENOENT")) });
    const unseen = "whether example/image:1 supports linux/arm64, the container's platform.";
    assert.deepEqual(await sentencesOf("image", { ...container, network }), [
      `unknown: Cannot check from here (spawn docker ENOENT) ${unseen}`,
    ]);
    assert.deepEqual(await sentencesOf("image", { ...container, network: undefined }), [
      `unknown: Cannot check offline ${unseen}`,
    ]);
  });

  it("calls AWS with the caller's credentials", async () => {
    const server = createServer((request, response) => {
      assert.match(request.headers.authorization ?? "", /Credential=stand-in\/.*\/eu-west-1\/lambda\//);
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ AccountLimit: { ConcurrentExecutions: 10 } }));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const { printed } = await doctor([], {
      // The doctor refuses the scheme and does not call it.
      JWT_ISSUER: "http://issuer.example.com",
      JWT_AUTHORIZED_AUDIENCES: "my-project",
      FIREBASE_APP_API_KEY: "AIzaSySecretKey",
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "stand-in",
      AWS_SECRET_ACCESS_KEY: "stand-in",
    });
    server.close();
    assert.match(
      printed,
      /AWS +Your credentials are valid in eu-west-1, where up to 10 instances can run at once\./,
    );
  });

  it("reads .env files as sst does, prints no secret, and exits with 1 if something is wrong", async () => {
    const folder = mkdtempSync(join(tmpdir(), "doctor-"));
    try {
      writeFileSync(join(folder, "package.json"), '{ "devDependencies": { "sst": "4.17.1" } }');
      writeFileSync(join(folder, ".env"), `JWT_ISSUER=${ISSUER}\nAWS_REGION=eu-west-1\nMEMORY_MEGABYTES=1\n`);
      writeFileSync(
        join(folder, ".env.test"),
        "JWT_AUTHORIZED_AUDIENCES=my-project\nFIREBASE_APP_API_KEY=AIzaSySecretKey\nMEMORY_MEGABYTES=256\n",
      );
      writeFileSync(
        join(folder, "stages.ts"),
        "exports.stages = { test: { MEMORY_MEGABYTES: 1, DOCS: 'off' } };",
      );
      const { printed, exitCode } = await doctor(["--stage", "test", "--offline"], {}, folder);
      assert.match(printed, /^ {2}ok {3}settings +The settings for the stage test are complete\.$/m);
      assert.match(printed, /^ FAIL {2}SST +SST is not installed; run: npm ci$/m);
      assert.match(printed, /^MEMORY_MEGABYTES +256 +\.env\.test$/m);
      assert.match(printed, /^DOCS +off +stages\.ts$/m);
      assert.match(printed, /^THROTTLE_RATE +100 +default$/m);
      assert.doesNotMatch(printed, /SecretKey/);
      assert.equal(exitCode, 1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

it("npm run doctor says what is wrong in stages.ts, without a stack", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "doctor-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "stages.ts"), "exports.stages = { dev: { TAGS: { team: 'x' } } };");
  const { complained, exitCode } = await doctor(["--offline"], {}, folder);
  assert.equal(
    complained,
    "stages.ts sets TAGS for dev to an object; use a string, a number or a list of strings.\n",
  );
  assert.equal(exitCode, 1);
});

describe("npm run doctor in a folder without an API", () => {
  it("says which folder it needs", async () => {
    const { printed, complained, exitCode } = await doctor(["--api", "nowhere", "--offline"], {});
    assert.equal(printed, "");
    assert.match(complained, /^\S+nowhere\/src\/api\.ts does not exist; [^\n]+ --api packages\/api\n$/);
    assert.equal(exitCode, 1);
  });
});

/** Runs the command with only the given environment. */
async function doctor(args: readonly string[], environment: Record<string, string>, cwd = process.cwd()) {
  const child = spawn(process.execPath, [MAIN, "--api", API, ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [printed, complained, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { printed, complained, exitCode };
}
