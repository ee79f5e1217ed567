import type { Api } from "../api.ts";
import { type Config, loadConfig } from "../config.ts";
import type { IdentityProviderName } from "../identity/identity-preset.ts";
import type { TrustedIssuer } from "./test-issuer.ts";
import { issuerDress } from "./test-issuer-dress.ts";

export type Environment = Readonly<Record<string, string>>;

/** The environment of an API that trusts `issuer`. The API's own settings have their examples as values. */
export function testEnvironment(
  { settings }: Pick<Api, "settings">,
  issuer: TrustedIssuer = noIssuer,
  overrides: Environment = {},
): Environment {
  const examples = Object.entries(settings).map(([name, { example }]) => [name, example]);
  const { NODE_COMPILE_CACHE } = process.env;
  return {
    // A separate process starts in half the time with what other tests have compiled.
    ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }),
    RUNTIME: "CONTAINERIZED",
    NODE_ENV: "test",
    HOST: "127.0.0.1",
    PORT: "0",
    FIREBASE_APP_API_KEY: "test-key",
    JWT_ISSUER: issuer.issuer,
    JWT_ISSUER_JWKS_URI: issuer.jwksUri,
    JWT_AUTHORIZED_AUDIENCES: issuer.audience,
    ...issuer.environment,
    ...Object.fromEntries(examples),
    ...overrides,
  };
}

/** The configuration that an API reads from its test environment. */
export function testConfig(
  api: Pick<Api, "settings">,
  issuer: TrustedIssuer = noIssuer,
  overrides: Environment = {},
): Config {
  return loadConfig(testEnvironment(api, issuer, overrides), { settings: api.settings });
}

/** An issuer, in the provider's form, for tests that verify no tokens. */
export function noIssuerOf(provider: IdentityProviderName | undefined): TrustedIssuer {
  const { audience, environment, issuerAt } = issuerDress(provider);
  return {
    issuer: issuerAt("https://issuer.example.com"),
    jwksUri: "http://127.0.0.1:1/jwks.json",
    audience,
    environment,
  };
}

export const noIssuer: TrustedIssuer = noIssuerOf(undefined);
