/** How the providers' tokens differ, for tests: the form of their issuers, and the names of their claims. */
import { IDENTITY_PROVIDERS, type IdentityProviderName } from "../identity/identity-preset.ts";
import type { Environment } from "./test-environment.ts";

export interface IssuerDress {
  readonly audience: string;
  /** The settings besides issuer, keys and audience. */
  readonly environment: Environment;
  readonly issuerAt: (url: string) => string;
  readonly claimsOf: (
    issuer: string,
    groups: readonly string[] | undefined,
  ) => Readonly<Record<string, unknown>>;
}

const AUDIENCE = "test-audience";
const AUTH0_AUDIENCE = "https://test-audience.example.com";

const PLAIN: IssuerDress = {
  audience: AUDIENCE,
  environment: {},
  issuerAt: (url) => url,
  claimsOf: (_issuer, groups) => ({ aud: AUDIENCE, ...(groups && { groups }) }),
};

/** The claims are those in the providers' documents; `packages/local` has whole tokens of each. */
const DRESSES: Readonly<Record<IdentityProviderName, IssuerDress>> = {
  firebase: { ...PLAIN, environment: { IDENTITY_PROVIDER: "firebase" } },
  cognito: {
    ...PLAIN,
    environment: {
      IDENTITY_PROVIDER: "cognito",
      COGNITO_CLIENT_ID: "testclient",
      COGNITO_URL: "http://127.0.0.1:1",
    },
    audience: "testclient",
    claimsOf: (_issuer, groups) => ({
      client_id: "testclient",
      token_use: "access",
      scope: "aws.cognito.signin.user.admin",
      ...(groups && { "cognito:groups": groups }),
    }),
  },
  auth0: {
    audience: AUTH0_AUDIENCE,
    environment: { IDENTITY_PROVIDER: "auth0", AUTH0_CLIENT_ID: "test-client" },
    issuerAt: (url) => `${url}/`,
    claimsOf: (issuer, groups) => ({
      aud: [AUTH0_AUDIENCE, `${issuer}userinfo`],
      azp: "test-client",
      scope: "openid offline_access",
      ...(groups && { [`${AUTH0_AUDIENCE}/groups`]: groups }),
    }),
  },
  oidc: { ...PLAIN, environment: { IDENTITY_PROVIDER: "oidc", OIDC_CLIENT_ID: "test-client" } },
};

export function issuerDress(provider: IdentityProviderName | undefined): IssuerDress {
  return provider ? DRESSES[provider] : PLAIN;
}

/** The kind of tokens that an environment trusts: its provider's, with groups in the configured claim. */
export function issuerOptions(environment: Environment = {}) {
  return {
    provider: providerOf(environment),
    groupsClaim: environment.JWT_AUTHORIZATION_GROUPS_ATTR_NAME || undefined,
  };
}

/** The provider that an environment names. */
export function providerOf(environment: Environment = {}): IdentityProviderName | undefined {
  return IDENTITY_PROVIDERS.find((name) => name === environment.IDENTITY_PROVIDER);
}
