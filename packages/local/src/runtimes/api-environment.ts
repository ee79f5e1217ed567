import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { type Config, ConfigError, loadConfig, settings } from "@lambda-express-api/kit/config.ts";
import { PlainError } from "../command.ts";
import type { LocalIdentity } from "../identity/local-identity.ts";
import type { LocalApi } from "../local-stack.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Settings for what is in front of a deployed API, which does not exist locally. */
const OF_A_DEPLOYMENT = ["AWS_API_GW_STAGE_NAME", "AWS_API_GW_MAPPING_KEY"];
/** Credentials, region and endpoints, which the AWS SDK reads by itself. The other names are those of Lambda. */
const OF_AWS_SDK = /^AWS_(?!LAMBDA_|EXECUTION_ENV$)\w+$/;
/** Settings of the real identity provider. */
const OF_A_PROVIDER =
  /^(IDENTITY_PROVIDER|(FIREBASE|COGNITO|AUTH0|OIDC_CLIENT)_\w+|JWT_(ISSUER|ISSUER_JWKS_URI|AUTHORIZED_AUDIENCES|AUTHORIZATION_GROUPS_ATTR_NAME|TOKEN_USE|ALGORITHMS))$/;

/** The shell's variables, which override those of `.env` in the working directory. */
export function localEnvironment(shell: Environment = process.env): Environment {
  return { ...(existsSync(".env") && parseEnv(readFileSync(".env", "utf8"))), ...shell };
}

/**
 * The API's environment in both runtimes: the kit's settings and the API's own (`AUTH_ENDPOINTS=off npm start`), with the
 * local identity provider's settings in place of the real ones; and what the AWS SDK reads, for the API's services.
 *
 * @throws PlainError for a caller that the docs pages cannot offer.
 */
export function apiEnvironment(
  { api, callers }: Pick<LocalApi, "api" | "callers">,
  identity: LocalIdentity,
  environment: Environment = localEnvironment(),
): Record<string, string> {
  const isElsewhere = (name: string) =>
    OF_A_DEPLOYMENT.includes(name) || (Object.hasOwn(settings, name) && OF_A_PROVIDER.test(name));
  const ofAwsSdk = Object.keys(environment).filter((name) => OF_AWS_SDK.test(name));
  const given = [...Object.keys({ ...settings, ...api.settings }), ...ofAwsSdk].flatMap((name) => {
    const value = environment[name];
    return value === undefined || isElsewhere(name) ? [] : [[name, value]];
  });
  return {
    // The local issuer always has the password grant.
    ...(identity.environment.IDENTITY_PROVIDER && { AUTH_ENDPOINTS: "on" }),
    ...Object.fromEntries(given),
    NODE_ENV: "development",
    ...identity.environment,
    DEMO_CALLERS: demoCallers(callers),
  };
}

/** Sorted so that the docs' curl commands sign in as a caller with the most groups. */
function demoCallers(callers: LocalApi["callers"]): string {
  const text = Object.values(callers)
    .sort((a, b) => b.groups.length - a.groups.length)
    .map(({ email, password }) => `${email}:${password}`)
    .join(",");
  if (text !== "" && settings.DEMO_CALLERS.parse(text) === undefined) {
    throw new PlainError(
      "The docs pages cannot show a caller's email address or password from src/local.ts; use letters, digits, -, _ and . in the password, for example not-secret.",
    );
  }
  return text;
}

/**
 * Reads an environment as the API will, because the API would report a mistake only at its first call.
 *
 * @throws PlainError that names every mistake.
 */
export function readConfig(
  environment: Environment,
  runtime: Config["runtime"],
  { settings }: LocalApi["api"],
): Config {
  try {
    return loadConfig(environment, { runtime, settings });
  } catch (error) {
    throw error instanceof ConfigError ? new PlainError(error.message) : error;
  }
}
