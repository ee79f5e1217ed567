/**
 * The settings that follow from the choice of an identity provider (`IDENTITY_PROVIDER`), and the ones that
 * contradict it.
 */

export const IDENTITY_PROVIDERS = ["firebase", "cognito", "auth0", "oidc"] as const;
export type IdentityProviderName = (typeof IDENTITY_PROVIDERS)[number];

type Texts = Readonly<Record<string, string | undefined>>;

export interface IdentityPreset {
  /** Settings by name, used where the environment does not set them. */
  readonly follows: Texts;
  /** Which setting a required one is derived from, both by name. */
  readonly sources: Texts;
}

export const FIREBASE_PROJECT_ID = /^[a-z0-9][a-z0-9.:-]{2,61}[a-z0-9]$/;
export const AUTH0_DOMAIN = /^([a-z0-9-]+\.)+[a-z]{2,63}$/;
export const COGNITO_USER_POOL_ID = /^([a-z]{2}(?:-[a-z]+)+-\d)_[0-9A-Za-z]{1,55}$/;
const FIREBASE_KEYS =
  "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com";
const KEYS_PATH = ".well-known/jwks.json";

/** A wrong provider is one mistake. */
const OF_PROVIDER = { JWT_ISSUER: "IDENTITY_PROVIDER", JWT_AUTHORIZED_AUDIENCES: "IDENTITY_PROVIDER" };

/**
 * Derives settings from the provider that the environment names, and from its few values. Without a provider,
 * and from a wrong value, nothing is derived.
 *
 * The forms of issuers and keys are those in the providers' documents: Firebase's "Verify ID tokens",
 * Cognito's "Verifying a JSON web token", Auth0's "Validate JSON Web Tokens".
 */
export function identityPreset(environment: Texts): IdentityPreset {
  switch (environment.IDENTITY_PROVIDER) {
    case "firebase":
      return firebasePreset(environment);
    case "cognito":
      return cognitoPreset(environment);
    case "auth0":
      return auth0Preset(environment);
    case "oidc":
      return { follows: { AUTH_ENDPOINTS: "off", OIDC_SCOPE: "openid" }, sources: {} };
    default:
      return { follows: {}, sources: environment.IDENTITY_PROVIDER ? OF_PROVIDER : {} };
  }
}

function firebasePreset({ FIREBASE_PROJECT_ID: project = "" }: Texts): IdentityPreset {
  return {
    follows: FIREBASE_PROJECT_ID.test(project)
      ? {
          JWT_ISSUER: `https://securetoken.google.com/${project}`,
          JWT_ISSUER_JWKS_URI: FIREBASE_KEYS,
          JWT_AUTHORIZED_AUDIENCES: project,
        }
      : {},
    sources: { JWT_ISSUER: "FIREBASE_PROJECT_ID", JWT_AUTHORIZED_AUDIENCES: "FIREBASE_PROJECT_ID" },
  };
}

function cognitoPreset({
  COGNITO_USER_POOL_ID: pool = "",
  COGNITO_CLIENT_ID: client,
}: Texts): IdentityPreset {
  const [, region] = COGNITO_USER_POOL_ID.exec(pool) ?? [];
  const url = `https://cognito-idp.${region}.amazonaws.com`;
  return {
    follows: {
      ...(region && {
        JWT_ISSUER: `${url}/${pool}`,
        JWT_ISSUER_JWKS_URI: `${url}/${pool}/${KEYS_PATH}`,
        COGNITO_URL: url,
      }),
      JWT_AUTHORIZED_AUDIENCES: client,
      JWT_AUTHORIZATION_GROUPS_ATTR_NAME: "cognito:groups",
      JWT_TOKEN_USE: "access",
    },
    sources: { JWT_ISSUER: "COGNITO_USER_POOL_ID", JWT_AUTHORIZED_AUDIENCES: "COGNITO_CLIENT_ID" },
  };
}

/** The password grant is off in a new tenant, and so are the token endpoints here. */
function auth0Preset({
  AUTH0_DOMAIN: domain = "",
  JWT_AUTHORIZED_AUDIENCES: audiences = "",
}: Texts): IdentityPreset {
  const [audience = ""] = audiences.split(",");
  return {
    follows: {
      ...(AUTH0_DOMAIN.test(domain) && {
        JWT_ISSUER: `https://${domain}/`,
        JWT_ISSUER_JWKS_URI: `https://${domain}/${KEYS_PATH}`,
      }),
      // Auth0 accepts claims named by any URL, and most of its API identifiers are URLs.
      ...(/^https?:/.test(audience) && {
        JWT_AUTHORIZATION_GROUPS_ATTR_NAME: `${audience.trim().replace(/\/$/, "")}/groups`,
      }),
      AUTH_ENDPOINTS: "off",
      OIDC_SCOPE: "openid offline_access",
    },
    sources: { JWT_ISSUER: "AUTH0_DOMAIN" },
  };
}

/** The part of the configuration that can contradict the provider. */
export interface ChosenIdentity {
  readonly provider: IdentityProviderName;
  readonly issuer: string | undefined;
  readonly audiences: readonly string[] | undefined;
  readonly groupsClaim: string | undefined;
  readonly tokenUse: string | undefined;
  readonly algorithms: readonly string[] | undefined;
}

const PROVIDER_OF_ISSUER: readonly (readonly [RegExp, IdentityProviderName])[] = [
  [/^https:\/\/securetoken\.google\.com\//, "firebase"],
  [/^https:\/\/cognito-idp\.[\w-]+\.amazonaws\.com\//, "cognito"],
  [/^https:\/\/[\w.-]+\.auth0\.com\b/, "auth0"],
];

/** Claims that an Action cannot set: Auth0 drops them silently ("Create custom claims"). */
const RESTRICTED_BY_AUTH0 = ["groups", "roles"];

/**
 * Finds settings that contradict the provider, or the values derived from it.
 *
 * @returns one sentence for each.
 */
export function identityContradictions(
  chosen: ChosenIdentity,
  { follows, sources }: IdentityPreset,
): readonly string[] {
  const { provider, issuer = "", audiences = [], groupsClaim = "", tokenUse, algorithms } = chosen;
  const mistakes: string[] = [];
  const expectedIssuer = follows.JWT_ISSUER;
  const issuersProvider = PROVIDER_OF_ISSUER.find(([pattern]) => pattern.test(issuer))?.[1];
  if (issuer && expectedIssuer && issuer !== expectedIssuer) {
    mistakes.push(
      `JWT_ISSUER is ${issuer}, but ${sources.JWT_ISSUER} says ${expectedIssuer}; leave one of the two unset.`,
    );
  } else if (provider !== "oidc" && issuersProvider && issuersProvider !== provider) {
    mistakes.push(
      `IDENTITY_PROVIDER is ${provider}, but JWT_ISSUER is ${issuer}; set IDENTITY_PROVIDER=${issuersProvider}, or leave JWT_ISSUER unset.`,
    );
  } else if (provider === "auth0" && issuer && !issuer.endsWith("/")) {
    mistakes.push(`JWT_ISSUER is ${issuer}, but issuers of Auth0 end in a slash; set JWT_ISSUER=${issuer}/.`);
  }
  const audience = sources.JWT_AUTHORIZED_AUDIENCES && follows.JWT_AUTHORIZED_AUDIENCES;
  if (audience && audiences.length > 0 && !audiences.includes(audience)) {
    mistakes.push(
      `JWT_AUTHORIZED_AUDIENCES is ${audiences.join(",")}, but ${sources.JWT_AUTHORIZED_AUDIENCES} says ${audience}; add it, or leave JWT_AUTHORIZED_AUDIENCES unset.`,
    );
  }
  if (provider === "auth0" && RESTRICTED_BY_AUTH0.includes(groupsClaim)) {
    mistakes.push(
      `JWT_AUTHORIZATION_GROUPS_ATTR_NAME is ${groupsClaim}, a claim that Auth0 drops; name one of your own, e.g. JWT_AUTHORIZATION_GROUPS_ATTR_NAME=https://api.example.com/groups.`,
    );
  }
  if (tokenUse && (provider === "firebase" || provider === "auth0")) {
    mistakes.push(
      `JWT_TOKEN_USE is ${tokenUse}, but tokens of ${provider} have no claim token_use, so all would be refused; leave it unset.`,
    );
  }
  if (algorithms && !algorithms.includes("RS256") && provider !== "oidc") {
    mistakes.push(
      `JWT_ALGORITHMS is ${algorithms.join(",")}, but ${provider} signs with RS256; leave it unset.`,
    );
  }
  return mistakes;
}
