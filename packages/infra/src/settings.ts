/**
 * The settings of a stage: variables first (`sst` adds `.env` and `.env.<stage>` to the environment), then `stages.ts`, then
 * the defaults. The API's own settings are checked as the API will check them, so that a mistake shows before the deployment
 * and not at the first cold start.
 */
import type { Api } from "@lambda-express-api/kit";
import {
  ConfigError,
  type Features,
  settings as kitSettings,
  loadConfig,
  type OwnSettings,
} from "@lambda-express-api/kit/config.ts";
import { listOf, matching, oneOf, wholeNumber } from "@lambda-express-api/kit/setting-parsers.ts";
import { API_NAME } from "./names.ts";
import { ROUTES_PER_API, type RouteThrottling } from "./plan.ts";
import { parseTags, type StageFacts, stageFacts } from "./stage.ts";
import { type AnyStages, faultsOfStages, STAGES_FILE, writtenFor } from "./stages.ts";
import { TRAFFIC_SHIFTS, type TrafficShift } from "./traffic-shifts.ts";

export interface Settings {
  readonly stageName: string;
  readonly mappingKey: string | undefined;
  readonly jwtAuthorizer: { readonly issuer: string; readonly audiences: readonly string[] };
  readonly groupsClaim: string;
  /** The URL of the issuer's keys, if it is set or follows from the provider. */
  readonly jwksUri: string | undefined;
  readonly features: Features;
  readonly corsAllowOrigins: readonly string[];
  readonly corsAllowHeaders: readonly string[];
  readonly corsExposeHeaders: readonly string[];
  readonly corsAllowCredentials: boolean;
  readonly accessLogSubject: boolean;
  readonly metricsNamespace: string | undefined;
  /** The API's other variables, without secrets. */
  readonly environment: Readonly<Record<string, string>>;
  /** The variables of the API's secret settings. */
  readonly secretEnvironment: Readonly<Record<string, string>>;
  readonly memoryMegabytes: number;
  readonly logRetentionDays: number;
  readonly accessLogRetentionDays: number;
  readonly throttling: RouteThrottling;
  readonly authThrottling: RouteThrottling;
  readonly routesPerApi: number;
  readonly keepWarm: KeepWarm | undefined;
  readonly codeDelivery: "sst" | "pipeline";
  readonly trafficShift: TrafficShift;
  readonly disableExecuteApiEndpoint: boolean;
  readonly dns: DnsSettings;
  readonly domain: DomainSettings | undefined;
  readonly alarms: { readonly topicArn: string | undefined } | undefined;
  readonly dashboard: boolean;
  readonly permissionsBoundaryArn: string | undefined;
  readonly budget: { readonly limitUsd: number; readonly emails: readonly string[] } | undefined;
  readonly container: { readonly image: string; readonly domainName: string } | undefined;
}

/** Instances that are ready before a call: billed by the hour, or kept warm by a schedule. */
export interface KeepWarm {
  readonly by: "provisioned-concurrency" | "warmer";
  readonly instances: number;
}

/** The DNS provider of the domains, and the zone. */
export interface DnsSettings {
  readonly provider: "route53" | "cloudflare" | "none";
  readonly zoneId: string | undefined;
  /** Whether an existing record is replaced. Only Route 53 can do that. */
  readonly override?: boolean;
}

export interface DomainSettings {
  readonly domainName: string;
  readonly certificateArn: string | undefined;
  readonly ipAddressType: "ipv4" | "dualstack";
  /** Other APIs under the same domain, by mapping key. */
  readonly otherApis: Readonly<Record<string, OtherApi>>;
}

export interface OtherApi {
  readonly apiId: string;
  readonly stageName: string;
  readonly mappingKey: string;
}

/** Every mistake in a stage's settings, one sentence each. */
export class SettingsError extends Error {
  constructor(mistakes: readonly string[]) {
    super(mistakes.join("\n"));
    this.name = "SettingsError";
    // The CLI prints the stack, which does not help with a mistake in the environment.
    this.stack = this.message;
  }
}

export interface Setting<Value> {
  readonly description: string;
  /** A valid value, shown in the message about a wrong one. */
  readonly example: string;
  /** Whether it is only for projects with `@lambda-express-api/delivery`. */
  readonly ofDelivery?: true;
  /** The rest of the sentence after "must be". */
  readonly rule: string;
  /** The default. Without one, the setting is off. */
  readonly default?: string;
  /** A default that depends on the stage. */
  readonly defaultOf?: (stage: StageFacts) => string;
  /** Returns `undefined` for a value that breaks the rule. */
  readonly parse: (text: string) => Value | undefined;
}

/** The retentions that CloudWatch Logs accepts (API reference, PutRetentionPolicy). */
export const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const retentionDays = (text: string) => RETENTION_DAYS.find((days) => String(days) === text);
const usualRetention = ({ isPermanent }: StageFacts) => (isPermanent ? "90" : "7");
const onIfPermanent = ({ isPermanent }: StageFacts) => (isPermanent ? "on" : "off");
const RETENTION_RULE = `a number of days that CloudWatch Logs accepts (${RETENTION_DAYS.join(", ")})`;
const DOMAIN_NAME = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;
/** AWS Budgets refuses an eleventh subscriber of a notification (API reference, CreateNotification). */
const MAX_BUDGET_EMAILS = 10;
const EMAIL = /^[^\s@,]+@[^\s@,]+\.[^\s@,]+$/;

/** Amazon API Gateway quotas for HTTP APIs, "Audiences per authorizer". */
const MAX_AUDIENCES = 50;

/** `stock=a1b2c3d4e5/live`: a mapping key, the id of an API, and its stage. */
const OTHER_API = /^((?!\/)[\w.$+!*'()/-]{1,300}(?<!\/))=([a-z0-9]{1,32})\/(\$default|[\w-]{1,128})$/;

function otherApis(text: string): Readonly<Record<string, OtherApi>> | undefined {
  const found = text.split(",").map((api) => OTHER_API.exec(api.trim()));
  const apis = found.flatMap((match) => {
    const [, mappingKey, apiId, stageName] = match ?? [];
    return mappingKey && apiId && stageName ? [[mappingKey, { apiId, stageName, mappingKey }] as const] : [];
  });
  const byKey = Object.fromEntries(apis);
  return Object.keys(byKey).length === found.length ? byKey : undefined;
}

/** The settings of a stage, in addition to those of the API (docs/settings.md). */
export const settingsTable = {
  PERMANENT: {
    description:
      "Whether the stage is permanent. `sst remove` does not remove a permanent stage, which also has alarms and keeps its data and logs longer. Default: `on` for `production`, `prod` and `staging`, otherwise `off`.",
    rule: "on or off",
    example: "on",
    defaultOf: onIfPermanent,
    parse: oneOf("on", "off"),
  },
  TAGS: {
    description: "Tags for every resource, in addition to `sst:app` and `sst:stage`.",
    rule: "a comma-separated list of at most 8 tags such as team=orders",
    example: "team=orders,cost-center=42",
    parse: (text: string) => (parseTags(text) ? listOf(() => true)(text) : undefined),
  },
  MEMORY_MEGABYTES: {
    description: "The Lambda function's memory, which also determines its share of a vCPU.",
    rule: "a number from 128 to 10240",
    example: "512",
    default: "512",
    parse: wholeNumber(128, 10_240),
  },
  LOG_RETENTION_DAYS: {
    description:
      "How many days CloudWatch keeps the Lambda function's log. Default: 90 in a permanent stage, otherwise 7.",
    rule: RETENTION_RULE,
    example: "30",
    defaultOf: usualRetention,
    parse: retentionDays,
  },
  ACCESS_LOG_RETENTION_DAYS: {
    description:
      "How many days CloudWatch keeps the gateway's access log. Default: 90 in a permanent stage, otherwise 7.",
    rule: RETENTION_RULE,
    example: "30",
    defaultOf: usualRetention,
    parse: retentionDays,
  },
  THROTTLE_RATE: {
    description: "How many requests per second each route accepts, across all callers.",
    rule: "a number from 1 to 10000",
    example: "100",
    default: "100",
    parse: wholeNumber(1, 10_000),
  },
  THROTTLE_BURST: {
    description: "How many requests each route accepts at once.",
    rule: "a number from 1 to 5000",
    example: "200",
    default: "200",
    parse: wholeNumber(1, 5_000),
  },
  AUTH_THROTTLE_RATE: {
    description: "The `THROTTLE_RATE` of the token endpoints, where callers could guess passwords.",
    rule: "a number from 1 to 10000",
    example: "5",
    default: "5",
    parse: wholeNumber(1, 10_000),
  },
  AUTH_THROTTLE_BURST: {
    description: "The `THROTTLE_BURST` of the token endpoints.",
    rule: "a number from 1 to 5000",
    example: "10",
    default: "10",
    parse: wholeNumber(1, 5_000),
  },
  ROUTES_PER_API: {
    description:
      'The maximum number of routes in the HTTP API. Before you raise it, raise API Gateway\'s "Routes per API" quota in Service Quotas.',
    rule: "a number from 300 to 10000",
    example: "600",
    default: String(ROUTES_PER_API),
    parse: wholeNumber(300, 10_000),
  },
  KEEP_WARM: {
    description:
      "How the deployment keeps instances warm: not at all, with a schedule that invokes them (`warmer`), or with provisioned concurrency.",
    rule: "off, warmer or provisioned-concurrency",
    example: "warmer",
    default: "off",
    parse: oneOf("off", "warmer", "provisioned-concurrency"),
  },
  KEEP_WARM_INSTANCES: {
    description: "How many instances to keep warm.",
    rule: "a number from 1 to 100",
    example: "2",
    default: "1",
    parse: wholeNumber(1, 100),
  },
  CODE_DELIVERY: {
    ofDelivery: true,
    description:
      "How new code reaches the Lambda function: with `sst deploy`, or with a release that shifts traffic to a new version (`pipeline`).",
    rule: "sst or pipeline",
    example: "sst",
    default: "sst",
    parse: oneOf("sst", "pipeline"),
  },
  RELEASE_BUCKET: {
    ofDelivery: true,
    description:
      "The S3 bucket in which `npm run release` stores packages. It must be in the function's region.",
    rule: "a bucket name",
    example: "my-releases",
    parse: matching(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
  },
  TRAFFIC_SHIFT: {
    ofDelivery: true,
    description:
      "How a release shifts traffic to the new version. Default: `Canary10Percent5Minutes` in a permanent stage, otherwise `AllAtOnce`.",
    rule: `one of ${TRAFFIC_SHIFTS.join(", ")}`,
    example: "Canary10Percent5Minutes",
    defaultOf: ({ isPermanent }) => (isPermanent ? "Canary10Percent5Minutes" : "AllAtOnce"),
    parse: oneOf(...TRAFFIC_SHIFTS),
  },
  PERMISSIONS_BOUNDARY_ARN: {
    description:
      "The permissions boundary for the roles that the deployment creates. If unset, the roles do not have one.",
    rule: "the ARN of an IAM policy",
    example: "arn:aws:iam::123456789012:policy/boundary",
    parse: matching(/^arn:aws[\w-]*:iam::(aws|\d{12}):policy\/[\w+=,.@/-]+$/),
  },
  DOMAIN_NAME: {
    description: "The API's custom domain. If unset, callers use the gateway's default endpoint.",
    rule: "a domain name in lower case",
    example: "api.example.com",
    parse: matching(DOMAIN_NAME),
  },
  DOMAIN_IP_ADDRESS_TYPE: {
    description: "Whether the domain accepts IPv4 only (`ipv4`), or both IPv4 and IPv6 (`dualstack`).",
    rule: "ipv4 or dualstack",
    example: "dualstack",
    default: "ipv4",
    parse: oneOf("ipv4", "dualstack"),
  },
  DOMAIN_OTHER_APIS: {
    description:
      "Other HTTP APIs in the account that share the domain, each with its mapping key, ID and stage. If this API does not have a mapping key, it receives all other paths.",
    rule: "a comma-separated list such as stock=a1b2c3d4e5/live",
    example: "stock=a1b2c3d4e5/live,v1/mail=f6g7h8i9j0/$default",
    // Each key may appear only once.
    parse: (text: string) => (otherApis(text) ? listOf(() => true)(text) : undefined),
  },
  DNS: {
    description:
      "Where the domain's DNS is hosted. If `none`, you create the records yourself, and `CERTIFICATE_ARN` is required.",
    rule: "route53, cloudflare or none",
    example: "route53",
    default: "route53",
    parse: oneOf("route53", "cloudflare", "none"),
  },
  DNS_ZONE_ID: {
    description:
      "The ID of the domain's hosted zone. If unset, the deployment looks it up by the domain's name.",
    rule: "a Route 53 or Cloudflare zone ID",
    example: "Z2FDTNDATAQYW2",
    parse: matching(/^[A-Za-z0-9]{10,40}$/),
  },
  DNS_OVERRIDE: {
    description:
      "Whether the deployment replaces an existing DNS record for the domain. If `off`, Route 53 rejects the new record.",
    rule: "on or off",
    example: "on",
    default: "off",
    parse: oneOf("on", "off"),
  },
  CERTIFICATE_ARN: {
    description:
      "The domain's ACM certificate, in the API's region. If unset, the deployment creates one and validates it through DNS.",
    rule: "the ARN of an ACM certificate",
    example: "arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012",
    parse: matching(/^arn:aws[\w-]*:acm:[\w-]+:\d{12}:certificate\/[\w-]+$/),
  },
  EXECUTE_API_ENDPOINT: {
    description:
      "Whether the API is also available at the gateway's default endpoint. `off` requires `DOMAIN_NAME`.",
    rule: "on or off",
    example: "off",
    default: "on",
    parse: oneOf("on", "off"),
  },
  ALARMS: {
    description: "Whether the stage has alarms. Default: `on` in a permanent stage, otherwise `off`.",
    rule: "on or off",
    example: "on",
    defaultOf: onIfPermanent,
    parse: oneOf("on", "off"),
  },
  ALARM_TOPIC_ARN: {
    description: "The SNS topic that alarms notify. If unset, alarms appear only in CloudWatch.",
    rule: "the ARN of an SNS topic",
    example: "arn:aws:sns:eu-west-1:123456789012:alarms",
    parse: matching(/^arn:aws[\w-]*:sns:[\w-]+:\d{12}:[\w-]+$/),
  },
  DASHBOARD: {
    description:
      "Whether the stage has a CloudWatch dashboard. An account's first three dashboards are free; each further one costs $3 a month.",
    rule: "on or off",
    example: "on",
    default: "off",
    parse: oneOf("on", "off"),
  },
  BUDGET_USD: {
    description:
      "The account's monthly budget in US dollars. AWS sends budget alerts to `BUDGET_EMAILS`. If unset, the deployment does not create a budget.",
    rule: "a number of dollars from 1 to 999999",
    example: "20",
    parse: wholeNumber(1, 999_999),
  },
  BUDGET_EMAILS: {
    description: "The email addresses that receive budget alerts.",
    rule: "a comma-separated list of one to ten email addresses",
    example: "ops@example.com",
    parse: (text) => {
      const emails = listOf((item) => EMAIL.test(item))(text);
      return emails && emails.length <= MAX_BUDGET_EMAILS ? emails : undefined;
    },
  },
  CONTAINER_IMAGE: {
    description: "The container image to run on Fargate. If unset, the stage does not have a container.",
    rule: "an image in a registry",
    example: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/my-api:1.0.0",
    parse: matching(/^[\w.-]+(:\d+)?(\/[\w.-]+)+([:@][\w.:-]+)?$/),
  },
  CONTAINER_DOMAIN_NAME: {
    description:
      "The domain of the container's load balancer, in the same hosted zone as `DOMAIN_NAME`. It is required because callers send tokens, which need HTTPS.",
    rule: "a domain name in lower case",
    example: "container.example.com",
    parse: matching(DOMAIN_NAME),
  },
} satisfies Record<string, Setting<unknown>>;

type Table = typeof settingsTable;
type Value<Name extends keyof Table> = Exclude<ReturnType<Table[Name]["parse"]>, undefined>;
type Parsed = {
  [Name in keyof Table]: Table[Name] extends { readonly default: string } | { readonly defaultOf: object }
    ? Value<Name>
    : Value<Name> | undefined;
};

/** Settings that the deployment decides, whatever the environment says. */
export const DECIDED_HERE = [
  "RUNTIME",
  "NODE_ENV",
  "HOST",
  "PORT",
  "TRUSTED_PROXY_HOPS",
  "WEB_CONCURRENCY",
  "JWT_VERIFY_TOKEN_EXPIRATION",
  "DEMO_CALLERS",
] as const;
/** Those that only a container reads. A deployment must not ignore them silently. */
const DECIDED_FOR_CONTAINERS = {
  TRUSTED_PROXY_HOPS:
    "the container's load balancer is one proxy; set TRUSTED_CDN if a CDN is in front of it",
  WEB_CONCURRENCY: "the container has only part of a vCPU, and scales by adding instances",
};

/** Settings that the infrastructure uses too, and passes to the API itself. */
const READ_HERE = [
  "AWS_API_GW_STAGE_NAME",
  "AWS_API_GW_MAPPING_KEY",
  "CORS_ALLOW_ORIGINS",
  "JWT_ISSUER",
  "JWT_AUTHORIZED_AUDIENCES",
  "JWT_AUTHORIZATION_GROUPS_ATTR_NAME",
  "AUTH_ENDPOINTS",
  "DOCS",
];

/** As in the original: a stage of the gateway is not a stage of SST. */
export const DEFAULT_STAGE_NAME = "mvp";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings of a stage.
 *
 * @param api the API, whose own settings are read too.
 * @param stages the settings in code, which variables override.
 * @throws SettingsError with every mistake, including those of the API's variables.
 */
export function loadSettings(
  stage: string,
  variables: Environment,
  { settings: own }: Pick<Api, "settings">,
  stages: AnyStages = {},
): Settings {
  const faults = faultsOfStages(stages);
  if (faults.length > 0) throw new SettingsError(faults);
  const mistakes = mistakesOfStages(own, stages);
  const environment = { ...writtenFor(stage, stages), ...withoutEmpty(variables) };
  const facts = stageFacts(stage, stages, variables);
  const passedOn = apiSettings(own).filter(([name]) => !READ_HERE.includes(name));
  const namesOf = (isSecret: boolean) =>
    passedOn.flatMap(([name, { secret = false, fromInfra }]) =>
      secret === isSecret && !fromInfra ? [name] : [],
    );
  const api = readApiConfig(environment, own, mistakes);
  const parsed = Object.fromEntries(
    Object.entries<Setting<unknown>>(settingsTable).map(([name, setting]) => [
      name,
      read(name, setting, environment[name] || defaultOf(setting, facts), mistakes),
    ]),
  ) as Parsed;
  mistakes.push(...contradictions(parsed, environment));
  if (api && !api.jwt.issuer.startsWith("https://"))
    mistakes.push(
      `The issuer ${api.jwt.issuer} does not use HTTPS, but API Gateway fetches signing keys only over HTTPS; use an issuer such as https://issuer.example.com.`,
    );
  const audiences = api?.jwt.audiences.length ?? 0;
  if (audiences > MAX_AUDIENCES)
    mistakes.push(
      `JWT_AUTHORIZED_AUDIENCES contains ${audiences} audiences, but API Gateway accepts at most ${MAX_AUDIENCES}; remove some.`,
    );
  const ownKey = api?.mappingKey;
  if (
    ownKey !== undefined &&
    Object.hasOwn(otherApis(parsed.DOMAIN_OTHER_APIS?.join(",") ?? "") ?? {}, ownKey)
  )
    mistakes.push(
      `DOMAIN_OTHER_APIS has the mapping key ${ownKey}, which AWS_API_GW_MAPPING_KEY gives to this API; change one of them.`,
    );
  if (!api || mistakes.length > 0) throw new SettingsError(mistakes);

  return {
    stageName: api.stageName ?? DEFAULT_STAGE_NAME,
    mappingKey: api.mappingKey,
    jwtAuthorizer: { issuer: api.jwt.issuer, audiences: api.jwt.audiences },
    groupsClaim: api.jwt.groupsClaim,
    jwksUri: api.jwt.jwksUri,
    features: api.features,
    corsAllowOrigins: api.corsAllowOrigins,
    corsAllowHeaders: api.corsAllowHeaders,
    corsExposeHeaders: api.corsExposeHeaders,
    corsAllowCredentials: api.corsAllowCredentials,
    accessLogSubject: api.accessLogSubject,
    metricsNamespace: api.metricsNamespace,
    environment: {
      ...pick(environment, namesOf(false)),
      // Records at Cloudflare are proxied.
      ...(parsed.DNS === "cloudflare" && { TRUSTED_CDN: "cloudflare" }),
    },
    secretEnvironment: pick(environment, namesOf(true)),
    memoryMegabytes: parsed.MEMORY_MEGABYTES,
    logRetentionDays: parsed.LOG_RETENTION_DAYS,
    accessLogRetentionDays: parsed.ACCESS_LOG_RETENTION_DAYS,
    throttling: { throttlingRateLimit: parsed.THROTTLE_RATE, throttlingBurstLimit: parsed.THROTTLE_BURST },
    authThrottling: {
      throttlingRateLimit: parsed.AUTH_THROTTLE_RATE,
      throttlingBurstLimit: parsed.AUTH_THROTTLE_BURST,
    },
    routesPerApi: parsed.ROUTES_PER_API,
    keepWarm:
      parsed.KEEP_WARM === "off"
        ? undefined
        : { by: parsed.KEEP_WARM, instances: parsed.KEEP_WARM_INSTANCES },
    codeDelivery: parsed.CODE_DELIVERY,
    trafficShift: parsed.TRAFFIC_SHIFT,
    disableExecuteApiEndpoint: parsed.EXECUTE_API_ENDPOINT === "off",
    dns: { provider: parsed.DNS, zoneId: parsed.DNS_ZONE_ID, override: parsed.DNS_OVERRIDE === "on" },
    domain:
      parsed.DOMAIN_NAME === undefined
        ? undefined
        : {
            domainName: parsed.DOMAIN_NAME,
            certificateArn: parsed.CERTIFICATE_ARN,
            ipAddressType: parsed.DOMAIN_IP_ADDRESS_TYPE,
            otherApis: otherApis(parsed.DOMAIN_OTHER_APIS?.join(",") ?? "") ?? {},
          },
    alarms: parsed.ALARMS === "on" ? { topicArn: parsed.ALARM_TOPIC_ARN } : undefined,
    dashboard: parsed.DASHBOARD === "on",
    permissionsBoundaryArn: parsed.PERMISSIONS_BOUNDARY_ARN,
    budget:
      parsed.BUDGET_USD === undefined || parsed.BUDGET_EMAILS === undefined
        ? undefined
        : { limitUsd: parsed.BUDGET_USD, emails: parsed.BUDGET_EMAILS },
    container:
      parsed.CONTAINER_IMAGE === undefined || parsed.CONTAINER_DOMAIN_NAME === undefined
        ? undefined
        : { image: parsed.CONTAINER_IMAGE, domainName: parsed.CONTAINER_DOMAIN_NAME },
  };
}

/**
 * Reads a single setting whose default is the same in every stage, for a command that needs no other.
 *
 * @throws SettingsError
 */
export function readSetting<Name extends keyof Table>(name: Name, environment: Environment): Parsed[Name] {
  const mistakes: string[] = [];
  const setting: Setting<unknown> = settingsTable[name];
  const value = read(name, setting, environment[name] || setting.default, mistakes);
  if (mistakes.length > 0) throw new SettingsError(mistakes);
  return value as Parsed[Name];
}

/** The default of a setting. */
export function defaultOf(setting: Setting<unknown>, facts: StageFacts): string | undefined {
  return setting.defaultOf?.(facts) ?? setting.default;
}

/** An unknown name would be ignored, and a secret would be in the repository. */
function mistakesOfStages(own: OwnSettings, stages: AnyStages): string[] {
  const known: Readonly<Record<string, OwnSettings[string] | Setting<unknown>>> = {
    ...Object.fromEntries(apiSettings(own)),
    ...settingsTable,
  };
  return Object.entries(stages).flatMap(([stage, written]) =>
    Object.keys(written).flatMap((name) => {
      const setting = known[name];
      if (!setting)
        return [
          `${STAGES_FILE} sets ${name} for ${stage}, which is not a known setting; docs/settings.md lists all settings.`,
        ];
      if ("secret" in setting && setting.secret)
        return [
          `${STAGES_FILE} sets ${name} for ${stage}, which is a secret; set it in .env.${stage}, which is not committed.`,
        ];
      if ("fromInfra" in setting && setting.fromInfra)
        return [
          `${STAGES_FILE} sets ${name} for ${stage}, whose value comes from infra.ts; remove it from ${STAGES_FILE}.`,
        ];
      return [];
    }),
  );
}

function withoutEmpty(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value));
}

/** The API's settings, the kit's and its own, without those that the deployment decides. */
export function apiSettings(own: OwnSettings): [name: string, setting: OwnSettings[string]][] {
  const all: OwnSettings = { ...kitSettings, ...own };
  const decided: readonly string[] = DECIDED_HERE;
  return Object.entries(all).filter(([name]) => !decided.includes(name));
}

/** The API's configuration as the function will read it, or its mistakes. */
function readApiConfig(environment: Environment, own: OwnSettings, mistakes: string[]) {
  try {
    const undecided = Object.fromEntries(DECIDED_HERE.map((name) => [name, undefined]));
    const fromInfra = Object.entries(own).flatMap(([name, setting]) =>
      setting.fromInfra ? [[name, setting.example] as const] : [],
    );
    return loadConfig(
      { ...environment, ...undecided, ...Object.fromEntries(fromInfra), RUNTIME: "LAMBDA" },
      { settings: own },
    );
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    mistakes.push(...error.message.split("\n"));
    return undefined;
  }
}

function read(
  name: string,
  setting: Setting<unknown>,
  text: string | undefined,
  mistakes: string[],
): unknown {
  if (text === undefined) return undefined;
  const value = setting.parse(text);
  if (value === undefined) {
    mistakes.push(
      `${name} is invalid (${JSON.stringify(text.slice(0, 100))}); it must be ${setting.rule}, e.g. ${name}=${setting.example}.`,
    );
  }
  return value;
}

/** Settings that are valid alone but not together. */
function contradictions(parsed: Parsed, environment: Environment): string[] {
  const isSet = (name: keyof Table) => (environment[name] ?? "") !== "";
  const mistakes: string[] = [];
  for (const [name, decided] of Object.entries(DECIDED_FOR_CONTAINERS))
    if (environment[name])
      mistakes.push(
        `${name} is set, but the deployment decides its value (${decided}); leave it empty for this stage: ${name}= in its .env file.`,
      );
  const needs = (name: keyof Table, other: keyof Table, why: string) => {
    if (isSet(name) && !isSet(other))
      mistakes.push(
        `${name} is set without ${other}${why}; set both, for example ${other}=${settingsTable[other].example}.`,
      );
  };
  for (const name of ["CERTIFICATE_ARN", "DOMAIN_IP_ADDRESS_TYPE", "DOMAIN_OTHER_APIS"] as const)
    needs(name, "DOMAIN_NAME", "");
  if (!isSet("CONTAINER_DOMAIN_NAME"))
    for (const name of ["DNS", "DNS_ZONE_ID", "DNS_OVERRIDE"] as const) needs(name, "DOMAIN_NAME", "");
  needs("CONTAINER_IMAGE", "CONTAINER_DOMAIN_NAME", ", and tokens need HTTPS");
  needs("CONTAINER_DOMAIN_NAME", "CONTAINER_IMAGE", "");
  needs("BUDGET_USD", "BUDGET_EMAILS", ", so there is no address to notify");
  needs("BUDGET_EMAILS", "BUDGET_USD", "");
  if (parsed.EXECUTE_API_ENDPOINT === "off")
    needs("EXECUTE_API_ENDPOINT", "DOMAIN_NAME", ", so the API would be unreachable");
  if (parsed.DNS === "none") {
    needs("DNS", "CERTIFICATE_ARN", ", and a new certificate could not be validated");
    if (isSet("CONTAINER_DOMAIN_NAME"))
      mistakes.push(
        "CONTAINER_DOMAIN_NAME is set with DNS=none; a container needs DNS=route53 or DNS=cloudflare.",
      );
  }
  if (parsed.DOMAIN_NAME !== undefined && parsed.DOMAIN_NAME === parsed.CONTAINER_DOMAIN_NAME)
    mistakes.push(
      `DOMAIN_NAME and CONTAINER_DOMAIN_NAME are both ${parsed.DOMAIN_NAME}, but a name can point to only one of them; choose another name, for example CONTAINER_DOMAIN_NAME=container.example.com.`,
    );
  if (isSet("PERMISSIONS_BOUNDARY_ARN") && isSet("CONTAINER_IMAGE"))
    mistakes.push(
      "CONTAINER_IMAGE is set with PERMISSIONS_BOUNDARY_ARN, but a container needs permissions that the boundary denies; deploy a stage that has a container without the boundary.",
    );
  if (parsed.DNS_OVERRIDE === "on" && parsed.DNS !== "route53")
    mistakes.push(
      `DNS_OVERRIDE is on with DNS=${parsed.DNS}, but only Route 53 can replace a record; delete the record there, and unset DNS_OVERRIDE.`,
    );
  if (parsed.DOMAIN_OTHER_APIS?.some((other) => other.startsWith(`${API_NAME}=`)))
    mistakes.push(
      `DOMAIN_OTHER_APIS has the mapping key ${API_NAME}, which is this API's name in sst.config.ts; choose another mapping key, for example ${API_NAME.toLowerCase()}.`,
    );
  const makesRecords = isSet("DOMAIN_NAME") || isSet("CONTAINER_DOMAIN_NAME");
  if (makesRecords && parsed.DNS === "route53" && isSet("PERMISSIONS_BOUNDARY_ARN"))
    needs(
      "PERMISSIONS_BOUNDARY_ARN",
      "DNS_ZONE_ID",
      ", and a role with a boundary cannot search the account's hosted zones",
    );
  if (parsed.DNS === "cloudflare" && !environment.CLOUDFLARE_API_TOKEN)
    mistakes.push(
      "CLOUDFLARE_API_TOKEN is not set; DNS=cloudflare requires a token with the permissions Zone:Read and DNS:Edit.",
    );
  return mistakes;
}

function pick(environment: Environment, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => (environment[name] ? [[name, environment[name]] as const] : [])),
  );
}
