import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { type Config, ConfigError, loadConfig, settings } from "@lambda-express-api/kit/config.ts";
import { PlainError } from "../command.ts";
import type { LocalIdentity } from "../identity/local-identity.ts";
import type { LocalApi } from "../local-stack.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What is in front of an API, which is not here what it is where the API is deployed. */
const OF_A_DEPLOYMENT = ["AWS_API_GW_STAGE_NAME", "AWS_API_GW_MAPPING_KEY"];
/** What tells of the real identity provider. */
const OF_A_PROVIDER =
  /^(IDENTITY_PROVIDER|(FIREBASE|COGNITO|AUTH0|OIDC_CLIENT)_\w+|JWT_(ISSUER|ISSUER_JWKS_URI|AUTHORIZED_AUDIENCES|AUTHORIZATION_GROUPS_ATTR_NAME|TOKEN_USE|ALGORITHMS))$/;

/** The variables of the terminal, and below them those of `.env` in the working directory. */
export function localEnvironment(): Environment {
  return { ...(existsSync(".env") && parseEnv(readFileSync(".env", "utf8"))), ...process.env };
}

/**
 * What the API is told, whatever runs it: the kit's settings and the API's own (`AUTH_ENDPOINTS=off npm start`), but for
 * those that tell of the local identity provider.
 *
 * @throws PlainError for callers whom the docs pages cannot offer to sign in as.
 */
export function apiEnvironment(
  { api, callers }: Pick<LocalApi, "api" | "callers">,
  identity: LocalIdentity,
  environment: Environment = localEnvironment(),
): Record<string, string> {
  const isElsewhere = (name: string) =>
    OF_A_DEPLOYMENT.includes(name) || (Object.hasOwn(settings, name) && OF_A_PROVIDER.test(name));
  const given = Object.keys({ ...settings, ...api.settings }).flatMap((name) => {
    const value = environment[name];
    return value === undefined || isElsewhere(name) ? [] : [[name, value]];
  });
  return {
    // Whatever its dress: a local issuer exchanges passwords.
    ...(identity.environment.IDENTITY_PROVIDER && { AUTH_ENDPOINTS: "on" }),
    ...Object.fromEntries(given),
    NODE_ENV: "development",
    ...identity.environment,
    DEMO_CALLERS: demoCallers(callers),
  };
}

/** The docs' curl lines sign in as the first of them: one with the most groups. */
function demoCallers(callers: LocalApi["callers"]): string {
  const text = Object.values(callers)
    .sort((a, b) => b.groups.length - a.groups.length)
    .map(({ email, password }) => `${email}:${password}`)
    .join(",");
  if (text !== "" && settings.DEMO_CALLERS.parse(text) === undefined) {
    throw new PlainError(
      "A caller of src/local.ts has an e-mail address or a password that the docs pages cannot show; use letters, digits, -, _ and . for its password, for example not-secret.",
    );
  }
  return text;
}

/**
 * Reads an environment as the API will, which would tell of a mistake only when it is called.
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
