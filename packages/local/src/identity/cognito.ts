/**
 * Sign-in and refresh as Cognito's API of user pools answers them: `InitiateAuth` and `GetTokensFromRefreshToken`
 * (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_InitiateAuth.html), and tokens with
 * the claims of "Understanding user pool JSON web tokens", in its developer guide.
 */
import { randomUUID } from "node:crypto";
import { parse as parseForm } from "node:querystring";
import type { Account } from "./accounts.ts";
import { createAuthorizationCodes } from "./authorization-code.ts";
import {
  type Credentials,
  type Dress,
  type DressOptions,
  groupsIn,
  nowSeconds,
  type ProviderAnswer,
  uuidOf,
} from "./dress.ts";

export interface CognitoOptions extends DressOptions {
  /** The token that the API accepts. */
  readonly tokenUse: "access" | "id";
}

type Fields = Readonly<Record<string, unknown>>;

const POOL_ID = "eu-west-1_LocalDemo";
const CLIENT_ID = "localdemo";
const LIFETIME_SECONDS = 3600;
/** The domain of the user pool. */
const PAGE_PATH = "/oauth2/authorize";
const TOKEN_PATH = "/oauth2/token";
const TARGET = "AWSCognitoIdentityProviderService.";

/** Makes the local issuer answer as Cognito does. */
export function createCognito({
  accounts,
  url,
  jwksUri,
  groupsClaim = "cognito:groups",
  emailEnumerationProtection,
  tokenUse,
  sign,
}: CognitoOptions): Dress {
  const issuer = `https://cognito-idp.eu-west-1.amazonaws.com/${POOL_ID}`;

  const codes = createAuthorizationCodes({ accounts, clientId: CLIENT_ID, path: PAGE_PATH });

  /** The answer of its OAuth token endpoint. The access token has the requested scopes. */
  async function exchangeCode(fields: Fields): Promise<ProviderAnswer> {
    const grant = fields.grant_type === "authorization_code" ? codes.exchange(fields) : undefined;
    if (!grant) return { status: 400, body: { error: "invalid_grant" } };
    const { AccessToken, IdToken, ExpiresIn, TokenType } = await tokensOf(grant.account, grant.scope);
    return {
      status: 200,
      body: {
        access_token: AccessToken,
        id_token: IdToken,
        refresh_token: grant.account.refreshToken,
        expires_in: ExpiresIn,
        token_type: TokenType,
      },
    };
  }

  async function initiateAuth({ AuthFlow: flow, ClientId: clientId, AuthParameters }: Fields) {
    checkClient(clientId);
    const parameters = Object(AuthParameters) as Fields;
    if (flow === "USER_PASSWORD_AUTH") return withPassword(parameters);
    if (flow !== "REFRESH_TOKEN_AUTH") throw new Refusal("InvalidParameterException", "Unknown auth flow");
    return renewed(parameters.REFRESH_TOKEN);
  }

  async function withPassword({ USERNAME: username, PASSWORD: password }: Fields) {
    if (typeof username !== "string") throw missing("USERNAME");
    if (typeof password !== "string") throw missing("PASSWORD");
    const account = accounts.withEmail(username);
    if (!account && !emailEnumerationProtection) {
      throw new Refusal("UserNotFoundException", "User does not exist.");
    }
    if (account?.disabled) throw new Refusal("NotAuthorizedException", "User is disabled.");
    if (!account || account.password !== password) {
      throw new Refusal("NotAuthorizedException", "Incorrect username or password.");
    }
    account.lastSignInTime = nowSeconds();
    return resultOf({ ...(await tokensOf(account)), RefreshToken: account.refreshToken });
  }

  async function renewed(refreshToken: unknown) {
    const account = typeof refreshToken === "string" ? accounts.withRefreshToken(refreshToken) : undefined;
    if (!account) throw new Refusal("NotAuthorizedException", "Invalid Refresh Token");
    if (account.disabled) throw new Refusal("NotAuthorizedException", "User is disabled.");
    return resultOf(await tokensOf(account));
  }

  /** An access token has no e-mail address and no `aud`, an ID token no scope. */
  async function tokensOf(
    { email, groups, lastSignInTime }: Account,
    scope = "aws.cognito.signin.user.admin",
  ) {
    const iat = nowSeconds();
    const sub = uuidOf(email);
    const common = {
      ...groupsIn(groupsClaim, groups),
      sub,
      iss: issuer,
      origin_jti: uuidOf(`${email} ${lastSignInTime}`),
      event_id: randomUUID(),
      auth_time: lastSignInTime,
      iat,
      exp: iat + LIFETIME_SECONDS,
    };
    const access = {
      client_id: CLIENT_ID,
      token_use: "access",
      scope,
      jti: randomUUID(),
      username: sub,
    };
    const id = {
      aud: CLIENT_ID,
      token_use: "id",
      email,
      email_verified: true,
      "cognito:username": sub,
      jti: randomUUID(),
    };
    return {
      AccessToken: await sign({ ...common, ...access }),
      IdToken: await sign({ ...common, ...id }),
      ExpiresIn: LIFETIME_SECONDS,
      TokenType: "Bearer",
    };
  }

  const operations: Readonly<Record<string, (fields: Fields) => Promise<object>>> = {
    InitiateAuth: initiateAuth,
    GetTokensFromRefreshToken: async ({ ClientId: clientId, RefreshToken: refreshToken }) => {
      checkClient(clientId);
      return renewed(refreshToken);
    },
  };

  return {
    name: "local issuer, as Cognito",
    issuer,
    audience: CLIENT_ID,
    groupsClaim,
    discovery: {
      response_types_supported: ["code", "token"],
      authorization_endpoint: url + PAGE_PATH,
      token_endpoint: url + TOKEN_PATH,
    },
    environment: {
      IDENTITY_PROVIDER: "cognito",
      COGNITO_USER_POOL_ID: POOL_ID,
      COGNITO_CLIENT_ID: CLIENT_ID,
      COGNITO_URL: url,
      JWT_ISSUER_JWKS_URI: jwksUri,
      JWT_AUTHORIZATION_GROUPS_ATTR_NAME: groupsClaim,
      JWT_TOKEN_USE: tokenUse,
    },
    signInRequest: ({ email, password }: Credentials) => ({
      url: `${url}/`,
      headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": `${TARGET}InitiateAuth` },
      body: JSON.stringify({
        AuthFlow: "USER_PASSWORD_AUTH",
        ClientId: CLIENT_ID,
        AuthParameters: { USERNAME: email, PASSWORD: password },
      }),
      tokenAt: ["AuthenticationResult", tokenUse === "id" ? "IdToken" : "AccessToken"],
    }),
    async answer(request) {
      const page = codes.answer(request);
      if (page) return page;
      const { method, path, headers, body } = request;
      if (method === "POST" && path === TOKEN_PATH) return exchangeCode(parseForm(body));
      const target = String(headers["x-amz-target"] ?? "");
      try {
        const operation = target.startsWith(TARGET) ? target.slice(TARGET.length) : "";
        if (method !== "POST" || path !== "/" || !Object.hasOwn(operations, operation)) {
          throw new Refusal("UnknownOperationException", "");
        }
        return { status: 200, body: (await operations[operation]?.(fieldsOf(body))) ?? {} };
      } catch (error) {
        if (error instanceof Refusal)
          return { status: 400, body: { __type: error.type, message: error.message } };
        throw error;
      }
    },
    tooLarge: () => ({ status: 413, body: { __type: "RequestEntityTooLargeException", message: "" } }),
  };
}

function resultOf(tokens: object): object {
  return { ChallengeParameters: {}, AuthenticationResult: tokens };
}

function checkClient(clientId: unknown): void {
  if (clientId !== CLIENT_ID) {
    throw new Refusal("ResourceNotFoundException", `User pool client ${clientId} does not exist.`);
  }
}

function fieldsOf(body: string): Fields {
  try {
    return Object(JSON.parse(body)) as Fields;
  } catch {
    throw new Refusal("SerializationException", "");
  }
}

const missing = (name: string) =>
  new Refusal("InvalidParameterException", `Missing required parameter ${name}`);

class Refusal extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}
