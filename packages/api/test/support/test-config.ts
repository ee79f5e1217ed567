import { type Config, loadConfig } from "../../src/config.ts";
import type { TrustedIssuer } from "./test-issuer.ts";

export type Environment = Readonly<Record<string, string>>;

/** The environment of an API that trusts `issuer`. */
export function testEnvironment(issuer: TrustedIssuer, overrides: Environment = {}): Environment {
  return {
    RUNTIME: "CONTAINERIZED",
    NODE_ENV: "test",
    HOST: "127.0.0.1",
    PORT: "0",
    FIREBASE_APP_API_KEY: "test-key",
    JWT_ISSUER: issuer.issuer,
    JWT_ISSUER_JWKS_URI: issuer.jwksUri,
    JWT_AUTHORIZED_AUDIENCES: issuer.audience,
    ...overrides,
  };
}

export function testConfig(issuer: TrustedIssuer, overrides: Environment = {}): Config {
  return loadConfig(testEnvironment(issuer, overrides));
}

/** An issuer for tests in which no token is looked at. */
export const noIssuer = {
  issuer: "https://issuer.example.com",
  jwksUri: "http://127.0.0.1:1/jwks.json",
  audience: "test-audience",
};
