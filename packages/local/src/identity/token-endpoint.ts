/**
 * Sign-in and refresh at the token endpoint of an OAuth 2.0 server (RFC 6749, sections 4.3, 5 and 6): as Auth0 answers
 * (https://auth0.com/docs/api/authentication), and as other OpenID Connect providers may.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { parse as parseForm } from "node:querystring";
import type { JWTPayload } from "jose";
import type { Account } from "./accounts.ts";
import { createAuthorizationCodes } from "./authorization-code.ts";
import {
  type Credentials,
  type Dress,
  type DressOptions,
  groupsIn,
  nowSeconds,
  type ProviderAnswer,
} from "./dress.ts";

/** The differences between the two. */
interface Kind {
  readonly name: string;
  readonly provider: "auth0" | "oidc";
  readonly issuer: (url: string) => string;
  readonly audience: string;
  readonly groupsClaim: string;
  readonly clientIdSetting: string;
  readonly scope: string;
  readonly lifetimeSeconds: number;
  readonly subject: (account: Account) => string;
  /** Additional claims of an access token. */
  readonly claims: (grant: { issuer: string; scope: string; account: Account }) => JWTPayload;
  /** Without an audience, Auth0 issues an opaque token for its own API. */
  readonly demandsAudience: boolean;
  readonly wrongCredentials: Refusal;
  readonly disabled: Refusal;
  readonly unknownRefreshToken: Refusal;
}

type Fields = Readonly<Record<string, unknown>>;

interface Refusal {
  readonly status: number;
  readonly error: string;
  readonly error_description: string;
}

const CLIENT_ID = "local-demo";
const PATH = "/oauth/token";
const PAGE_PATH = "/authorize";
const AUDIENCE = "https://api.example.com";

const refusal = (status: number, error: string, description: string): Refusal => ({
  status,
  error,
  error_description: description,
});

const AUTH0: Kind = {
  name: "local issuer, as Auth0",
  provider: "auth0",
  issuer: (url) => `${url}/`,
  audience: AUDIENCE,
  groupsClaim: `${AUDIENCE}/groups`,
  clientIdSetting: "AUTH0_CLIENT_ID",
  scope: "openid offline_access",
  lifetimeSeconds: 86_400,
  subject: ({ id }) => `auth0|${id.slice(0, 24)}`,
  claims: ({ issuer, scope }) => ({
    aud: scope.split(" ").includes("openid") ? [AUDIENCE, `${issuer}userinfo`] : AUDIENCE,
    azp: CLIENT_ID,
    gty: "password",
  }),
  demandsAudience: true,
  wrongCredentials: refusal(403, "invalid_grant", "Wrong email or password."),
  disabled: refusal(401, "unauthorized", "user is blocked"),
  unknownRefreshToken: refusal(403, "invalid_grant", "Unknown or invalid refresh token."),
};

const OIDC: Kind = {
  name: "local issuer, as an OpenID Connect provider",
  provider: "oidc",
  issuer: (url) => url,
  audience: "local-api",
  groupsClaim: "groups",
  clientIdSetting: "OIDC_CLIENT_ID",
  scope: "openid",
  lifetimeSeconds: 3600,
  subject: ({ id }) => id,
  claims: ({ account }) => ({
    aud: "local-api",
    client_id: CLIENT_ID,
    jti: randomUUID(),
    email: account.email,
    email_verified: true,
  }),
  demandsAudience: false,
  wrongCredentials: refusal(400, "invalid_grant", "Invalid user credentials"),
  disabled: refusal(400, "invalid_grant", "Account disabled"),
  unknownRefreshToken: refusal(400, "invalid_grant", "Invalid refresh token"),
};

export const createAuth0 = (options: DressOptions): Dress => createTokenEndpoint(AUTH0, options);
export const createOidc = (options: DressOptions): Dress => createTokenEndpoint(OIDC, options);

function createTokenEndpoint(
  kind: Kind,
  { accounts, url, jwksUri, groupsClaim = kind.groupsClaim, sign }: DressOptions,
): Dress {
  const issuer = kind.issuer(url);
  /** Each sign-in's grant, by its refresh token. */
  const granted = new Map<string, string>();
  const codes = createAuthorizationCodes({ accounts, clientId: CLIENT_ID, path: PAGE_PATH });

  async function exchange(fields: Fields): Promise<ProviderAnswer> {
    const { grant_type: grantType, client_id: clientId } = fields;
    if (clientId !== CLIENT_ID) return answerOf(refusal(401, "invalid_client", "Unknown client"));
    if (grantType === "password") return withPassword(fields);
    if (grantType === "refresh_token") return renewed(fields);
    if (grantType === "authorization_code") return withCode(fields);
    return answerOf(refusal(400, "unsupported_grant_type", `Unsupported grant type: ${grantType}`));
  }

  async function withPassword({ username, password, audience, scope }: Fields): Promise<ProviderAnswer> {
    if (typeof username !== "string" || typeof password !== "string") {
      return answerOf(refusal(400, "invalid_request", "Missing required parameter: username or password"));
    }
    if (audience !== undefined && audience !== kind.audience) {
      return answerOf(refusal(403, "access_denied", `Service not found: ${audience}`));
    }
    const account = accounts.withEmail(username);
    if (!account || account.password !== password) return answerOf(kind.wrongCredentials);
    if (account.disabled) return answerOf(kind.disabled);
    account.lastSignInTime = nowSeconds();
    const scopes = typeof scope === "string" ? scope : "";
    const isForThisApi = audience !== undefined || !kind.demandsAudience;
    return tokensFor(account, scopes, isForThisApi);
  }

  async function withCode(fields: Fields): Promise<ProviderAnswer> {
    const grant = codes.exchange(fields);
    if (!grant) return answerOf(refusal(kind.unknownRefreshToken.status, "invalid_grant", "Invalid code"));
    const { account, scope, audience } = grant;
    return tokensFor(account, scope, audience === kind.audience || !kind.demandsAudience);
  }

  async function renewed({ refresh_token: refreshToken }: Fields): Promise<ProviderAnswer> {
    const account = typeof refreshToken === "string" ? accounts.withRefreshToken(refreshToken) : undefined;
    const scope = granted.get(String(refreshToken));
    if (!account || scope === undefined) return answerOf(kind.unknownRefreshToken);
    return account.disabled ? answerOf(kind.disabled) : tokensFor(account, scope, true);
  }

  async function tokensFor(account: Account, scope: string, isForThisApi: boolean): Promise<ProviderAnswer> {
    const iat = nowSeconds();
    const common = { iss: issuer, sub: kind.subject(account), iat, exp: iat + kind.lifetimeSeconds };
    const accessToken = isForThisApi
      ? await sign({
          ...groupsIn(groupsClaim, account.groups),
          ...kind.claims({ issuer, scope, account }),
          ...(scope !== "" && { scope }),
          ...common,
        })
      : randomBytes(24).toString("base64url");
    const scopes = scope.split(" ");
    const hasRefreshToken = kind.provider === "oidc" || scopes.includes("offline_access");
    if (hasRefreshToken) granted.set(account.refreshToken, scope);
    const idClaims = {
      aud: CLIENT_ID,
      email: account.email,
      email_verified: true,
      name: account.displayName,
    };
    return {
      status: 200,
      body: {
        access_token: accessToken,
        ...(hasRefreshToken && { refresh_token: account.refreshToken }),
        ...(scopes.includes("openid") && { id_token: await sign({ ...idClaims, ...common }) }),
        ...(scope !== "" && { scope }),
        expires_in: kind.lifetimeSeconds,
        token_type: "Bearer",
      },
    };
  }

  return {
    name: kind.name,
    issuer,
    audience: kind.audience,
    groupsClaim,
    discovery: {
      authorization_endpoint: url + PAGE_PATH,
      token_endpoint: url + PATH,
      response_types_supported: ["code"],
      grant_types_supported: ["authorization_code", "password", "refresh_token"],
      code_challenge_methods_supported: ["S256"],
      token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic", "none"],
    },
    environment: {
      IDENTITY_PROVIDER: kind.provider,
      [kind.clientIdSetting]: CLIENT_ID,
      JWT_ISSUER: issuer,
      JWT_ISSUER_JWKS_URI: jwksUri,
      JWT_AUTHORIZED_AUDIENCES: kind.audience,
      JWT_AUTHORIZATION_GROUPS_ATTR_NAME: groupsClaim,
    },
    signInRequest: ({ email, password }: Credentials) => ({
      url: url + PATH,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        grant_type: "password",
        client_id: CLIENT_ID,
        username: email,
        password,
        scope: kind.scope,
        ...(kind.demandsAudience && { audience: kind.audience }),
      }).toString(),
      tokenAt: ["access_token"],
    }),
    async answer(request) {
      const page = codes.answer(request);
      if (page) return page;
      const { method, path, headers, body } = request;
      if (path !== PATH || method !== "POST") return answerOf(refusal(404, "invalid_request", "Not found"));
      const fields = fieldsOf(String(headers["content-type"] ?? ""), body);
      return fields ? exchange(fields) : answerOf(refusal(400, "invalid_request", "The body is malformed"));
    },
    tooLarge: () => answerOf(refusal(413, "invalid_request", "The body is too large")),
  };
}

function answerOf({ status, ...body }: Refusal): ProviderAnswer {
  return { status, body };
}

/** A form or, as at Auth0, JSON. */
function fieldsOf(contentType: string, body: string): Fields | undefined {
  if (!contentType.startsWith("application/json")) return parseForm(body);
  try {
    return Object(JSON.parse(body)) as Fields;
  } catch {
    return undefined;
  }
}
