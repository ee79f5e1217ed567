import { settings } from "@lambda-express-api/api/config.ts";
import { demoCallers } from "../identity/demo-callers.ts";
import type { LocalIdentity } from "../identity/local-identity.ts";

/**
 * What the API is told, whatever runs it: the settings of the terminal (`AUTH_ENDPOINTS=off npm start`), but for those
 * that tell of the local identity provider.
 */
export function apiEnvironment(identity: LocalIdentity): Record<string, string> {
  const ofTerminal = Object.keys(settings).flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return {
    ...Object.fromEntries(ofTerminal),
    NODE_ENV: "development",
    FIREBASE_APP_API_KEY: "local",
    FIREBASE_IDENTITY_TOOLKIT_URL: identity.identityToolkitBaseUrl,
    FIREBASE_SECURE_TOKEN_URL: identity.secureTokenBaseUrl,
    JWT_ISSUER: identity.issuer,
    JWT_ISSUER_JWKS_URI: identity.jwksUri,
    JWT_AUTHORIZED_AUDIENCES: identity.audience,
    JWT_AUTHORIZATION_GROUPS_ATTR_NAME: identity.groupsClaim,
    // The first is the one that the docs' curl lines sign in as, so it is one who may do everything.
    DEMO_CALLERS: [demoCallers.admin, demoCallers.user, demoCallers.nobody]
      .map(({ email, password }) => `${email}:${password}`)
      .join(","),
  };
}
