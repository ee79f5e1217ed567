/**
 * The environment, read once at the start. One table describes each variable: its purpose, its rule and its
 * default. The parsed configuration, the error sentences and the table in the docs are made from it.
 */

import {
  DEFAULT_ALGORITHMS,
  DEFAULT_MAX_LIFETIME_HOURS,
  TOKEN_ALGORITHMS,
  type TokenAlgorithm,
} from "./auth/token-rules.ts";
import {
  AUTH0_DOMAIN,
  COGNITO_USER_POOL_ID,
  FIREBASE_PROJECT_ID,
  IDENTITY_PROVIDERS,
  type IdentityPreset,
  type IdentityProviderName,
  identityContradictions,
  identityPreset,
} from "./identity/identity-preset.ts";
import type { BodyTimeouts } from "./request/body-timeouts.ts";
import { listOf, matching, oneOf, wholeNumber } from "./setting-parsers.ts";

export interface Features {
  /** The endpoints that sign callers in. */
  readonly authEndpoints: boolean;
  /** The docs pages and their files, and the API's root as a page in a browser. */
  readonly docs: boolean;
}

/** A caller who can sign in with one click on the landing page. */
export interface DemoCaller {
  readonly username: string;
  readonly password: string;
}

/**
 * @typeParam Own the API's own settings, parsed.
 */
export interface Config<Own = unknown> {
  readonly runtime: "LAMBDA" | "CONTAINERIZED";
  /** `production` by default: forgetting it must be safe. */
  readonly environment: "production" | "development" | "test";
  readonly features: Features;
  readonly stageName: string | undefined;
  /** Without a slash at either end; may have several levels. */
  readonly mappingKey: string | undefined;
  /** Who signs callers in. Default: Firebase. */
  readonly identityProvider: IdentityProviderName;
  readonly firebase: {
    readonly apiKey: string | undefined;
    readonly identityToolkitUrl: string;
    readonly secureTokenUrl: string;
  };
  readonly cognito: {
    readonly url: string | undefined;
    readonly clientId: string | undefined;
    readonly clientSecret: string | undefined;
  };
  /** The client that requests tokens from Auth0, or from any OpenID Connect provider. */
  readonly oidc: {
    readonly clientId: string | undefined;
    readonly clientSecret: string | undefined;
    readonly scope: string | undefined;
  };
  readonly authErrorDetail: "provider" | "generic";
  /** Empty in production. */
  readonly demoCallers: readonly DemoCaller[];
  readonly jwt: {
    readonly issuer: string;
    readonly jwksUri: string | undefined;
    readonly audiences: readonly string[];
    readonly groupsClaim: string;
    /** The required `token_use` of a token, as Cognito writes it. `undefined`: any. */
    readonly tokenUse?: "access" | "id" | undefined;
    readonly verifyExpiration: boolean;
    /** The accepted signature algorithms. Behind API Gateway, RS256 only. */
    readonly algorithms: readonly TokenAlgorithm[];
    readonly maxLifetimeHours: number;
  };
  readonly corsAllowOrigins: readonly string[];
  /** Request headers that pages may send, in addition to those of the endpoints' contracts. Lower case. */
  readonly corsAllowHeaders: readonly string[];
  /** Response headers that pages may read, in addition to the kit's own. Lower case. */
  readonly corsExposeHeaders: readonly string[];
  /** Whether pages may send cookies and read the responses. */
  readonly corsAllowCredentials: boolean;
  /** The CloudWatch namespace of the API's own metrics; `undefined`: no metrics. */
  readonly metricsNamespace: string | undefined;
  /** Where spans go; `undefined`: no spans. */
  readonly traces:
    | {
        readonly exporter: "otlp" | "console";
        readonly endpoint: string | undefined;
        readonly headers: Readonly<Record<string, string>>;
      }
    | undefined;
  /** Whether the access log names the caller. */
  readonly accessLogSubject: boolean;
  readonly host: string;
  readonly port: number;
  /** How many proxies in front of the container write `x-forwarded-for`. */
  readonly trustedProxyHops: number;
  /** The CDN in front, whose published addresses are trusted in `x-forwarded-for`. */
  readonly trustedCdn: "cloudflare" | undefined;
  readonly workers: number;
  /** How long the container keeps accepting requests after the signal to stop. */
  readonly drainDelaySeconds: number;
  /** How long the container waits for a request's body. */
  readonly bodyTimeouts: BodyTimeouts;
  /** The values of all secret settings, which the log and error responses mask. */
  readonly secrets: readonly string[];
  /** The API's own settings, under the names of their variables. */
  readonly settings: Own;
}

/** All mistakes in the environment, one sentence each. */
export class ConfigError extends Error {
  constructor(mistakes: readonly string[]) {
    super(mistakes.join("\n"));
    this.name = "ConfigError";
    // The sentences say everything; some runtimes print the stack too.
    this.stack = this.message;
  }
}

/** One environment variable: its purpose, its rule and its default. */
export interface Setting<Value> {
  readonly description: string;
  /** A valid value, quoted in the sentence about a wrong one. */
  readonly example: string;
  /** The rule, as it reads after "must be". */
  readonly rule: string;
  /** The value when the variable is unset or empty. Without a default, the variable is required. */
  readonly default?: string;
  readonly optional?: true;
  /** Its value is never quoted. */
  readonly secret?: true;
  /** On AWS, `infra.ts` sets it: the name of a table, for example. Elsewhere it is set like any other. */
  readonly fromInfra?: true;
  /** Returns `undefined` or throws for a value that breaks the rule. */
  readonly parse: (text: string) => Value | undefined;
}

const toggle = (on: string, off: string) => (text: string) =>
  text === on ? true : text === off ? false : undefined;

/** Matched in full: a URL parser would accept `https:host` and trim surrounding spaces. */
function fullUrl(text: string): string | undefined {
  const url = /^https?:\/\/[^\s#]+$/.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  return url && !url.username && !url.password ? text : undefined;
}

function httpUrl(text: string): string | undefined {
  return text.includes("?") ? undefined : fullUrl(text);
}

function baseUrl(text: string): string | undefined {
  return httpUrl(text)?.replace(/\/$/, "");
}

function demoCallers(text: string): readonly DemoCaller[] | undefined {
  const pairs = text.split(",").map((pair) => /^([\w.+-]+@[\w.-]+):([\w.-]+)$/.exec(pair.trim()));
  const callers = pairs.flatMap((pair) =>
    pair?.[1] && pair[2] ? [{ username: pair[1], password: pair[2] }] : [],
  );
  return callers.length === pairs.length ? callers : undefined;
}

function listOfAlgorithms(text: string): readonly TokenAlgorithm[] | undefined {
  const algorithms = listOf(() => true)(text)?.map((item) => oneOf(...TOKEN_ALGORITHMS)(item));
  return algorithms?.every((algorithm) => algorithm !== undefined) ? [...new Set(algorithms)] : undefined;
}

/** Header names (RFC 9110, section 5.6.2), case-insensitive. */
function headerNames(text: string): readonly string[] | undefined {
  return starOrList((name) => /^[\w!#$%&'*+.^`|~-]{1,100}$/.test(name))(text)?.map((name) =>
    name.toLowerCase(),
  );
}

/** As in OpenTelemetry: the values are percent-encoded ("OpenTelemetry Protocol Exporter"). */
function headersOf(text: string): Readonly<Record<string, string>> | undefined {
  const pairs = listOf((pair) => /^[\w-]+\s*=.+$/.test(pair))(text)?.map((pair) =>
    pair.split(/\s*=\s*(.*)/, 2),
  );
  return (
    pairs && Object.fromEntries(pairs.map(([name = "", value = ""]) => [name, decodeURIComponent(value)]))
  );
}

/** A list in which `*` stands alone. */
function starOrList(isItem: (item: string) => boolean) {
  return (text: string) => {
    const items = listOf(isItem)(text);
    return items?.includes("*") && items.length > 1 ? undefined : items;
  };
}

const isOrigin = (text: string) =>
  text === "*" || (!text.includes("*") && URL.canParse(text) && new URL(text).origin === text);

export const settings = {
  RUNTIME: {
    description: "Where the API runs: in Lambda behind API Gateway, or in a container.",
    rule: "LAMBDA or CONTAINERIZED",
    example: "CONTAINERIZED",
    parse: oneOf("LAMBDA", "CONTAINERIZED"),
  },
  NODE_ENV: {
    description:
      "In `development` and `test`, the API returns an error if a response breaks its contract. `development` also changes the default of `AUTH_ERROR_DETAIL` to `provider`.",
    rule: "production, development or test",
    example: "production",
    default: "production",
    parse: oneOf("production", "development", "test"),
  },
  AWS_API_GW_STAGE_NAME: {
    description:
      "The API Gateway stage in front of the Lambda function. The kit removes the stage from the path and adds it to the log.",
    rule: "a name of letters, digits, - and _, or $default",
    example: "mvp",
    optional: true,
    parse: matching(/^(\$default|[\w-]{1,128})$/),
  },
  AWS_API_GW_MAPPING_KEY: {
    description: "The API's mapping key under its custom domain. Links and the docs pages include it.",
    rule: "a path without a slash at either end",
    example: "orders",
    optional: true,
    parse: matching(/^(?!\/)[\w.~$+!*'()/-]{1,300}(?<!\/)$/),
  },
  IDENTITY_PROVIDER: {
    description:
      "The identity provider. The kit derives the `JWT_` settings from the provider's settings, such as `COGNITO_USER_POOL_ID`; a `JWT_` setting that you set yourself takes precedence. If unset, the provider is Firebase, and the kit derives nothing.",
    rule: "firebase, cognito, auth0 or oidc",
    example: "cognito",
    optional: true,
    parse: oneOf(...IDENTITY_PROVIDERS),
  },
  FIREBASE_PROJECT_ID: {
    description:
      "For `firebase`: the project ID. It determines the issuer, the signing keys and the audience.",
    rule: "a project ID",
    example: "my-project",
    optional: true,
    parse: matching(FIREBASE_PROJECT_ID),
  },
  COGNITO_USER_POOL_ID: {
    description: "For `cognito`: the user pool ID. It determines the issuer and the signing keys.",
    rule: "a user pool ID",
    example: "eu-west-1_AbCdEfGhI",
    optional: true,
    parse: matching(COGNITO_USER_POOL_ID),
  },
  COGNITO_CLIENT_ID: {
    description:
      "For `cognito`: the ID of the app client that signs callers in. The API accepts the client's tokens.",
    rule: "an app client ID",
    example: "1h57kf5cpq17m0eml12EXAMPLE",
    optional: true,
    parse: matching(/^[\w+]{1,128}$/),
  },
  COGNITO_CLIENT_SECRET: {
    description: "For `cognito`: the app client's secret, if it has one.",
    rule: "an app client secret",
    example: "the-secret-of-the-app-client",
    optional: true,
    secret: true,
    parse: matching(/^[\x21-\x7e]{1,256}$/),
  },
  COGNITO_URL: {
    description:
      "The base URL of Cognito's API, if you use an emulator. Default: the URL for the user pool's region.",
    rule: "a URL",
    example: "http://127.0.0.1:9229",
    optional: true,
    parse: baseUrl,
  },
  AUTH0_DOMAIN: {
    description: "For `auth0`: the tenant's domain. It determines the issuer and the signing keys.",
    rule: "a domain name without https:// or slashes",
    example: "my-tenant.eu.auth0.com",
    optional: true,
    parse: matching(AUTH0_DOMAIN),
  },
  AUTH0_CLIENT_ID: {
    description:
      "For `auth0`: the client ID of the application that signs callers in on the docs pages. The token endpoints use it too, if its password grant is enabled.",
    rule: "an application's client ID",
    example: "AbCdEfGhIjKlMnOpQrStUvWxYz012345",
    optional: true,
    parse: matching(/^[\x21-\x7e]{1,256}$/),
  },
  AUTH0_CLIENT_SECRET: {
    description: "For `auth0`: the application's client secret, if it has one.",
    rule: "a client secret",
    example: "the-secret-of-the-application",
    optional: true,
    secret: true,
    parse: matching(/^[\x21-\x7e]{1,1024}$/),
  },
  OIDC_CLIENT_ID: {
    description:
      "For `oidc`: the ID of the client that signs callers in on the docs pages. The token endpoints use it too, if its password grant is enabled.",
    rule: "a client ID",
    example: "my-api",
    optional: true,
    parse: matching(/^[\x21-\x7e]{1,256}$/),
  },
  OIDC_CLIENT_SECRET: {
    description: "For `oidc`: the client's secret, if it has one.",
    rule: "a client secret",
    example: "the-secret-of-the-client",
    optional: true,
    secret: true,
    parse: matching(/^[\x21-\x7e]{1,1024}$/),
  },
  OIDC_SCOPE: {
    description:
      "The scopes to request at sign-in. Default: `openid offline_access` for `auth0`, `openid` for `oidc`.",
    rule: "scopes, separated by spaces",
    example: "openid offline_access orders:read",
    optional: true,
    parse: matching(/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/),
  },
  JWT_ISSUER: {
    description: "The token issuer. A token's `iss` claim must match it exactly.",
    rule: "the issuer's URL, as in its discovery document",
    example: "https://securetoken.google.com/my-project",
    parse: httpUrl,
  },
  JWT_ISSUER_JWKS_URI: {
    description:
      "The URL from which the container fetches the issuer's signing keys. Default: the URL in the issuer's discovery document.",
    rule: "a URL",
    example: "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com",
    optional: true,
    parse: fullUrl,
  },
  JWT_AUTHORIZED_AUDIENCES: {
    description: "The token audiences that the API accepts.",
    rule: "a comma-separated list of audiences",
    example: "my-project,my-other-project",
    parse: listOf(() => true),
  },
  JWT_AUTHORIZATION_GROUPS_ATTR_NAME: {
    description: "The claim that contains the caller's groups. The name is literal, not a path.",
    rule: "a claim name",
    example: "cognito:groups",
    default: "groups",
    parse: matching(/^[\x21-\x7e]{1,255}$/),
  },
  JWT_TOKEN_USE: {
    description:
      "Which of Cognito's two tokens (`token_use`) the API accepts and the token endpoints return. Default: `access` for `cognito`; otherwise, the API does not check `token_use`.",
    rule: "access or id",
    example: "id",
    optional: true,
    parse: oneOf("access", "id"),
  },
  JWT_ALGORITHMS: {
    description: "The signature algorithms that the API accepts. API Gateway supports only RS256.",
    rule: "a comma-separated list of RS256, ES256 and EdDSA",
    example: "ES256",
    default: DEFAULT_ALGORITHMS.join(","),
    parse: listOfAlgorithms,
  },
  JWT_MAX_LIFETIME_HOURS: {
    description: "The longest token lifetime that the API accepts, from `iat` to `exp`.",
    rule: "a number from 1 to 8760",
    example: "168",
    default: String(DEFAULT_MAX_LIFETIME_HOURS),
    parse: wholeNumber(1, 8_760),
  },
  JWT_VERIFY_TOKEN_EXPIRATION: {
    description: "Whether the container rejects expired tokens. API Gateway always does.",
    rule: "true or false",
    example: "true",
    default: "true",
    parse: toggle("true", "false"),
  },
  AUTH_ENDPOINTS: {
    description:
      "Whether the API has token endpoints. The default is `off` for `auth0` and `oidc`, because you have to enable the password grant first.",
    rule: "on or off",
    example: "off",
    default: "on",
    parse: toggle("on", "off"),
  },
  DOCS: {
    description: "Whether the API serves the docs pages: Swagger UI, ReDoc and the landing page.",
    rule: "on or off",
    example: "off",
    default: "on",
    parse: toggle("on", "off"),
  },
  DEMO_CALLERS: {
    description:
      "The demo callers to show on the docs pages of a local API. The pages include their passwords, so `production` rejects this setting.",
    rule: "a comma-separated list of email:password",
    example: "user@example.com:not-secret",
    optional: true,
    secret: true,
    parse: demoCallers,
  },
  FIREBASE_APP_API_KEY: {
    description:
      "The Firebase project's web API key. Required for Firebase unless `AUTH_ENDPOINTS` is `off`.",
    rule: "a web API key",
    example: "AIzaSyExample",
    optional: true,
    secret: true,
    parse: matching(/^[\x21-\x7e]+$/),
  },
  FIREBASE_IDENTITY_TOOLKIT_URL: {
    description: "The base URL of the Identity Toolkit API, if you use an emulator.",
    rule: "a URL",
    example: "http://127.0.0.1:9099/identitytoolkit.googleapis.com",
    default: "https://identitytoolkit.googleapis.com",
    parse: baseUrl,
  },
  FIREBASE_SECURE_TOKEN_URL: {
    description: "The base URL of the Secure Token API, if you use an emulator.",
    rule: "a URL",
    example: "http://127.0.0.1:9099/securetoken.googleapis.com",
    default: "https://securetoken.googleapis.com",
    parse: baseUrl,
  },
  AUTH_ERROR_DETAIL: {
    description:
      "How much the response to a failed sign-in reveals: the provider's own error code (`provider`), or not even whether the account exists (`generic`). Default: `provider` in development, otherwise `generic`.",
    rule: "provider or generic",
    example: "generic",
    optional: true,
    parse: oneOf("provider", "generic"),
  },
  CORS_ALLOW_ORIGINS: {
    description: "The origins whose web pages may call the API.",
    rule: "* or a comma-separated list of origins",
    example: "https://app.example.com,https://admin.example.com",
    default: "*",
    parse: starOrList(isOrigin),
  },
  CORS_ALLOW_HEADERS: {
    description:
      "Request headers that web pages on other origins may send, in addition to `authorization`, `content-type`, `x-request-id`, `traceparent`, `tracestate` and the headers in the endpoints' contracts.",
    rule: "* or a comma-separated list of header names",
    example: "x-tenant,x-api-key",
    optional: true,
    parse: headerNames,
  },
  CORS_EXPOSE_HEADERS: {
    description:
      "Response headers that web pages on other origins may read, in addition to `x-request-id`, `retry-after`, `ratelimit`, `ratelimit-policy`, `deprecation`, `sunset`, `link`, `www-authenticate`, `location` and `etag`.",
    rule: "* or a comma-separated list of header names",
    example: "x-total-count",
    optional: true,
    parse: headerNames,
  },
  CORS_ALLOW_CREDENTIALS: {
    description:
      "Whether web pages on other origins may send cookies. If `on`, you must set `CORS_ALLOW_ORIGINS`, and no `CORS_` setting may be `*`.",
    rule: "on or off",
    example: "on",
    default: "off",
    parse: toggle("on", "off"),
  },
  ACCESS_LOG_SUBJECT: {
    description:
      "Whether the access log identifies the caller. If `on`, `client.subject` contains the token's subject or the API key's prefix.",
    rule: "on or off",
    example: "on",
    default: "off",
    parse: toggle("on", "off"),
  },
  METRICS_NAMESPACE: {
    description:
      "The CloudWatch namespace for the API's own metrics, which AWS charges for. If unset, the API does not publish metrics.",
    rule: "a CloudWatch namespace that does not start with AWS/",
    example: "my-api/production",
    optional: true,
    parse: matching(/^(?!AWS\/)[\w.\-/#:]{1,255}$/),
  },
  OTEL_TRACES_EXPORTER: {
    description:
      "Where the API sends spans: to a collector (`otlp`), to the log (`console`) or nowhere (`none`). Default: `otlp` if `OTEL_EXPORTER_OTLP_ENDPOINT` is set, otherwise `none`.",
    rule: "otlp, console or none",
    example: "otlp",
    optional: true,
    parse: oneOf("otlp", "console", "none"),
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    description:
      "The base URL of the collector (OTLP over HTTP). If unset, `otlp` uses `http://localhost:4318`.",
    rule: "a URL",
    example: "https://collector.example.com",
    optional: true,
    parse: baseUrl,
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    description: "Headers to send to the collector, such as an API key.",
    rule: "a comma-separated list of name=value",
    example: "x-api-key=the-key",
    optional: true,
    secret: true,
    parse: headersOf,
  },
  HOST: {
    description: "The address that the container listens on.",
    rule: "an IP address or a host name",
    example: "0.0.0.0",
    default: "0.0.0.0",
    parse: matching(/^[\w.:-]+$/),
  },
  PORT: {
    description: "The port that the container listens on. `0` picks any free port.",
    rule: "a number from 0 to 65535",
    example: "5000",
    default: "5000",
    parse: wholeNumber(0, 65_535),
  },
  TRUSTED_PROXY_HOPS: {
    description:
      "How many proxies in front of the container append to `x-forwarded-for`, not counting the CDN in `TRUSTED_CDN`.",
    rule: "a number from 0 to 10",
    example: "1",
    default: "0",
    parse: wholeNumber(0, 10),
  },
  DRAIN_DELAY_SECONDS: {
    description:
      "How many seconds the container keeps accepting requests after SIGTERM, while its health endpoint returns 503. Requests still in flight then have another 9.5 seconds to finish.",
    rule: "a number from 0 to 300",
    example: "10",
    default: "0",
    parse: wholeNumber(0, 300),
  },
  TRUSTED_CDN: {
    description:
      "The CDN in front of the API. The API trusts `x-forwarded-for` entries only from the CDN's published addresses. Deployments with `DNS=cloudflare` set this for you.",
    rule: "cloudflare",
    example: "cloudflare",
    optional: true,
    parse: oneOf("cloudflare"),
  },
  BODY_IDLE_TIMEOUT_SECONDS: {
    description:
      "How many seconds the container waits for the next part of a request body before it returns 408.",
    rule: "a number from 1 to 28",
    example: "5",
    default: "10",
    parse: wholeNumber(1, 28),
  },
  BODY_TIMEOUT_SECONDS: {
    description: "How many seconds the container waits for a complete request body before it returns 408.",
    rule: "a number from 1 to 28",
    example: "25",
    default: "20",
    parse: wholeNumber(1, 28),
  },
  WEB_CONCURRENCY: {
    description: "The number of worker processes that share the container's port.",
    rule: "a number from 1 to 128",
    example: "2",
    default: "1",
    parse: wholeNumber(1, 128),
  },
} satisfies Record<string, Setting<unknown>>;

/** The API's own settings, under the names of their variables. */
export type OwnSettings = Readonly<Record<string, Setting<unknown>>>;

/** The values of settings, under the names of their variables. */
export type ParsedSettings<Settings> = {
  readonly [Name in keyof Settings]: Settings[Name] extends Setting<infer Value>
    ? Settings[Name] extends { readonly optional: true }
      ? Exclude<Value, undefined> | undefined
      : Exclude<Value, undefined>
    : never;
};

/**
 * A variable with one of these prefixes is meant for this API: a misspelling must not silently mean the
 * default.
 */
const OWN_PREFIX = /^(JWT|AWS_API_GW)_/;

export interface ConfigOptions<Own extends OwnSettings> {
  /**
   * The runtime of the entry that was started: the app must not trust events where it should verify tokens.
   */
  readonly runtime?: Config["runtime"];
  /** The API's own settings. */
  readonly settings?: Own;
}

/**
 * Reads the configuration.
 *
 * @throws ConfigError that names all mistakes at once.
 */
export function loadConfig<const Own extends OwnSettings = Record<never, never>>(
  environment: Readonly<Record<string, string | undefined>>,
  { runtime, settings: ownSettings = {} as Own }: ConfigOptions<Own> = {},
): Config<ParsedSettings<Own>> {
  const mistakes = Object.keys(environment).flatMap((name) =>
    OWN_PREFIX.test(name) &&
    environment[name] &&
    !Object.hasOwn(settings, name) &&
    !Object.hasOwn(ownSettings, name)
      ? [unknownSetting(name)]
      : [],
  );
  const preset = identityPreset(environment);
  const parsed = readAll(settings, environment, mistakes, preset);
  const own = readAll(ownSettings, environment, mistakes);
  const provider = parsed.IDENTITY_PROVIDER ?? "firebase";
  if (parsed.IDENTITY_PROVIDER) {
    const {
      JWT_ISSUER: issuer,
      JWT_AUTHORIZED_AUDIENCES: audiences,
      JWT_AUTHORIZATION_GROUPS_ATTR_NAME: groupsClaim,
      JWT_TOKEN_USE: tokenUse,
      JWT_ALGORITHMS: algorithms,
    } = parsed;
    const chosen = { provider, issuer, audiences, groupsClaim, tokenUse, algorithms };
    mistakes.push(...identityContradictions(chosen, preset));
  }
  const unverified = parsed.JWT_ALGORITHMS?.filter((algorithm) => algorithm !== "RS256") ?? [];
  if (parsed.RUNTIME === "LAMBDA" && unverified.length > 0) {
    mistakes.push(
      `JWT_ALGORITHMS has ${unverified.join(" and ")}, which API Gateway cannot verify; sign with RS256 at the provider, or run the API as a container.`,
    );
  }
  if (parsed.AUTH_ENDPOINTS && (parsed.IDENTITY_PROVIDER || !environment.IDENTITY_PROVIDER)) {
    const [name, what] = NEEDED_TO_SIGN_IN[provider];
    if (!environment[name] && !mistakes.some((mistake) => mistake.startsWith(`${name} is not set`))) {
      mistakes.push(
        `${name} is not set; set ${what}, e.g. ${name}=${settings[name].example}, or disable the token endpoints with AUTH_ENDPOINTS=off.`,
      );
    }
    const { COGNITO_URL: url, COGNITO_USER_POOL_ID: pool } = environment;
    if (provider === "cognito" && !url && !pool && parsed.JWT_ISSUER) {
      mistakes.push(missing("COGNITO_USER_POOL_ID", settings.COGNITO_USER_POOL_ID));
    }
  }
  if (runtime && parsed.RUNTIME && parsed.RUNTIME !== runtime) {
    mistakes.push(
      `RUNTIME is ${parsed.RUNTIME}, but this entry point runs as ${runtime}; set RUNTIME=${runtime}, or start the other entry point.`,
    );
  }
  if (parsed.DEMO_CALLERS && parsed.NODE_ENV === "production") {
    mistakes.push(
      "DEMO_CALLERS shows passwords publicly, so production does not allow it; unset it, or set NODE_ENV=development for a local stack.",
    );
  }
  if (parsed.CORS_ALLOW_CREDENTIALS) {
    for (const name of ["CORS_ALLOW_ORIGINS", "CORS_ALLOW_HEADERS", "CORS_EXPOSE_HEADERS"] as const) {
      if (!parsed[name]?.includes("*")) continue;
      mistakes.push(
        `CORS_ALLOW_CREDENTIALS is on and ${name} is *, a combination that browsers reject; list the values, e.g. ${name}=${settings[name].example}.`,
      );
    }
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  const exporter = parsed.OTEL_TRACES_EXPORTER ?? (parsed.OTEL_EXPORTER_OTLP_ENDPOINT ? "otlp" : "none");
  return {
    runtime: parsed.RUNTIME,
    environment: parsed.NODE_ENV,
    features: { authEndpoints: parsed.AUTH_ENDPOINTS, docs: parsed.DOCS },
    stageName: parsed.AWS_API_GW_STAGE_NAME,
    mappingKey: parsed.AWS_API_GW_MAPPING_KEY,
    identityProvider: provider,
    firebase: {
      apiKey: parsed.FIREBASE_APP_API_KEY,
      identityToolkitUrl: parsed.FIREBASE_IDENTITY_TOOLKIT_URL,
      secureTokenUrl: parsed.FIREBASE_SECURE_TOKEN_URL,
    },
    cognito: {
      url: parsed.COGNITO_URL,
      clientId: parsed.COGNITO_CLIENT_ID,
      clientSecret: parsed.COGNITO_CLIENT_SECRET,
    },
    oidc: {
      clientId: provider === "auth0" ? parsed.AUTH0_CLIENT_ID : parsed.OIDC_CLIENT_ID,
      clientSecret: provider === "auth0" ? parsed.AUTH0_CLIENT_SECRET : parsed.OIDC_CLIENT_SECRET,
      scope: parsed.OIDC_SCOPE,
    },
    authErrorDetail: parsed.AUTH_ERROR_DETAIL ?? (parsed.NODE_ENV === "development" ? "provider" : "generic"),
    demoCallers: parsed.DEMO_CALLERS ?? [],
    jwt: {
      issuer: parsed.JWT_ISSUER,
      jwksUri: parsed.JWT_ISSUER_JWKS_URI,
      audiences: parsed.JWT_AUTHORIZED_AUDIENCES,
      groupsClaim: parsed.JWT_AUTHORIZATION_GROUPS_ATTR_NAME,
      tokenUse: parsed.JWT_TOKEN_USE,
      verifyExpiration: parsed.JWT_VERIFY_TOKEN_EXPIRATION,
      algorithms: parsed.JWT_ALGORITHMS,
      maxLifetimeHours: parsed.JWT_MAX_LIFETIME_HOURS,
    },
    corsAllowOrigins: parsed.CORS_ALLOW_ORIGINS,
    corsAllowHeaders: parsed.CORS_ALLOW_HEADERS ?? [],
    corsExposeHeaders: parsed.CORS_EXPOSE_HEADERS ?? [],
    corsAllowCredentials: parsed.CORS_ALLOW_CREDENTIALS,
    metricsNamespace: parsed.METRICS_NAMESPACE,
    traces:
      exporter === "none"
        ? undefined
        : {
            exporter,
            endpoint: parsed.OTEL_EXPORTER_OTLP_ENDPOINT,
            headers: parsed.OTEL_EXPORTER_OTLP_HEADERS ?? {},
          },
    accessLogSubject: parsed.ACCESS_LOG_SUBJECT,
    host: parsed.HOST,
    port: parsed.PORT,
    trustedProxyHops: parsed.TRUSTED_PROXY_HOPS,
    trustedCdn: parsed.TRUSTED_CDN,
    workers: parsed.WEB_CONCURRENCY,
    drainDelaySeconds: parsed.DRAIN_DELAY_SECONDS,
    bodyTimeouts: {
      idleSeconds: parsed.BODY_IDLE_TIMEOUT_SECONDS,
      totalSeconds: parsed.BODY_TIMEOUT_SECONDS,
    },
    secrets: secretValues(environment, ownSettings),
    settings: own,
  };
}

/** What each provider's token endpoints require. */
const NEEDED_TO_SIGN_IN = {
  firebase: ["FIREBASE_APP_API_KEY", "the project's web API key"],
  cognito: ["COGNITO_CLIENT_ID", "an app client with the flow ALLOW_USER_PASSWORD_AUTH"],
  auth0: ["AUTH0_CLIENT_ID", "an application whose password grant is enabled"],
  oidc: ["OIDC_CLIENT_ID", "a client whose password grant is enabled"],
} as const satisfies Record<IdentityProviderName, readonly [keyof typeof settings, string]>;

function readAll<Settings extends OwnSettings>(
  settings: Settings,
  environment: Readonly<Record<string, string | undefined>>,
  mistakes: string[],
  { follows, sources }: IdentityPreset = { follows: {}, sources: {} },
): ParsedSettings<Settings> {
  const parsed: Record<string, unknown> = {};
  for (const name of Object.keys(settings)) {
    const setting = settings[name] as Setting<unknown>;
    const text = environment[name] || follows[name] || setting.default;
    const source = sources[name];
    if (text !== undefined || source === undefined) {
      parsed[name] = read(name, setting, text, mistakes);
      continue;
    }
    // The setting that it is derived from has its own sentence, whether it is missing or wrong.
    const said = settings[source] && !environment[source] ? missing(source, settings[source]) : undefined;
    if (said && !mistakes.includes(said)) mistakes.push(said);
    parsed[name] = undefined;
  }
  return parsed as ParsedSettings<Settings>;
}

function missing(name: string, { rule, example }: Setting<unknown>): string {
  return `${name} is not set; it must be ${rule}, e.g. ${name}=${example}.`;
}

/** The values of all secret settings, the kit's and the API's: they must never reach a log or a caller. */
export function secretValues(
  environment: Readonly<Record<string, string | undefined>>,
  ownSettings: OwnSettings,
): readonly string[] {
  const secretsOf = (all: OwnSettings) =>
    Object.keys(all).flatMap((name) => (all[name]?.secret ? (environment[name] ?? []) : []));
  return [...secretsOf(settings), ...secretsOf(ownSettings)];
}

function unknownSetting(name: string): string {
  const names = Object.keys(settings) as (keyof typeof settings)[];
  const nearest = names.reduce((best, other) =>
    likeness(other, name) > likeness(best, name) ? other : best,
  );
  return `Unknown setting ${name}. Did you mean ${nearest}, for example ${nearest}=${settings[nearest].example}?`;
}

/** The length of the common beginning and end of two names, as a share of the longer name. */
function likeness(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  return (start + end) / Math.max(a.length, b.length);
}

function read(
  name: string,
  setting: Setting<unknown>,
  text: string | undefined,
  mistakes: string[],
): unknown {
  if (text === undefined) {
    if (!setting.optional) mistakes.push(missing(name, setting));
    return undefined;
  }
  const value = parse(setting, text);
  if (value === undefined) {
    const quoted = setting.secret ? "" : ` (${JSON.stringify(quotable(text))})`;
    mistakes.push(
      `${name} is invalid${quoted}; it must be ${setting.rule}, e.g. ${name}=${setting.example}.`,
    );
  }
  return value;
}

/** An owner's parser may throw an error that contains the value, so its message is not shown. */
function parse<Value>(setting: Setting<Value>, text: string): Value | undefined {
  try {
    return setting.parse(text);
  } catch {
    return undefined;
  }
}

/** What a sentence may quote of a wrong value. A URL's credentials, query and fragment may be secret. */
function quotable(text: string): string {
  const plain = text.includes("://") ? text.replace(/:\/\/.*@/s, "://…@").replace(/[?#].*/s, "…") : text;
  return plain.slice(0, 100);
}
