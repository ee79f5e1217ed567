/**
 * Sign-in and refresh through Cognito's API of user pools: `InitiateAuth` and `GetTokensFromRefreshToken`, neither of which
 * is signed with AWS credentials.
 * https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_InitiateAuth.html
 */
import type { Config } from "../config.ts";
import type { ApiError } from "../errors/api-error.ts";
import type { IdentityProvider, TokenAnswer } from "./identity-provider.ts";
import {
  type Answer,
  callProvider,
  isObject,
  moreIsAsked,
  rateLimited,
  refused,
  TIMEOUT_MILLISECONDS,
  tokenAnswer,
  unavailable,
  unusable,
} from "./provider-call.ts";

type ProviderOptions = Pick<Config, "cognito" | "authErrorDetail"> & {
  readonly jwt: Pick<Config["jwt"], "tokenUse">;
};

/**
 * The exceptions that concern the caller. All others mean that this API is misconfigured, or that Cognito is
 * down.
 */
const REFUSALS = new Set([
  "NotAuthorizedException",
  "UserNotFoundException",
  "UserNotConfirmedException",
  "PasswordResetRequiredException",
  "RefreshTokenReuseException",
  // A pre-authentication trigger denies the sign-in.
  "UserLambdaValidationException",
]);
/** `ForbiddenException` comes from a web firewall, where the pool has one. */
const RATE_LIMITS = new Set(["TooManyRequestsException", "LimitExceededException", "ForbiddenException"]);

/** One exception has two meanings, which only its message tells apart. Unknown messages blame the caller. */
const WRONG_CLIENT_SECRET = /secret|^Client /i;
/**
 * The form of a user name in a pool: no other user exists, and Cognito would respond with an error about
 * parameters.
 */
const USERNAME = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u;

const MORE_THAN_A_PASSWORD: Readonly<Record<string, string>> = {
  NEW_PASSWORD_REQUIRED: "The account needs a new password",
  MFA_SETUP: "The account needs a second factor",
};

/**
 * Makes the Cognito provider. `config.jwt.tokenUse` says which of the two tokens it returns as the access
 * token.
 *
 * With `authErrorDetail` `generic`, every refusal has the same response, also that of a locked account, so that
 * responses do not reveal who has an account.
 */
export function createCognitoProvider(
  { cognito: { url, clientId, clientSecret }, authErrorDetail, jwt: { tokenUse } }: ProviderOptions,
  timeoutMilliseconds = TIMEOUT_MILLISECONDS,
): IdentityProvider {
  return {
    async signIn(username, password) {
      if (!USERNAME.test(username)) {
        throw refused(
          "InvalidParameterException",
          "no response: no pool allows this user name",
          authErrorDetail,
        );
      }
      return tokensOf(
        await call("InitiateAuth", {
          AuthFlow: "USER_PASSWORD_AUTH",
          ClientId: clientId,
          AuthParameters: {
            USERNAME: username,
            PASSWORD: password,
            ...(clientSecret !== undefined && {
              SECRET_HASH: await secretHash(username, clientId ?? "", clientSecret),
            }),
          },
        }),
      );
    },

    async refresh(refreshToken) {
      // A client with a secret must hash the user name with it, which a refresh token does not contain.
      const [operation, fields] =
        clientSecret === undefined
          ? [
              "InitiateAuth",
              { AuthFlow: "REFRESH_TOKEN_AUTH", AuthParameters: { REFRESH_TOKEN: refreshToken } },
            ]
          : ["GetTokensFromRefreshToken", { RefreshToken: refreshToken, ClientSecret: clientSecret }];
      return tokensOf(await call(operation as string, { ClientId: clientId, ...(fields as Answer) }));
    },
  };

  async function call(operation: string, fields: Answer): Promise<Answer> {
    const { status, answer } = await callProvider({
      method: "POST",
      url: `${url}/`,
      data: JSON.stringify(fields),
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `AWSCognitoIdentityProviderService.${operation}`,
      },
      timeoutMilliseconds,
    });
    if (status !== 200) throw refusal(status, answer);
    return answer;
  }

  function tokensOf({ ChallengeName: challenge, AuthenticationResult: result }: Answer): TokenAnswer {
    if (typeof challenge === "string") throw moreIsAsked(MORE_THAN_A_PASSWORD[challenge]);
    const { AccessToken, IdToken, ...rest } = isObject(result) ? result : {};
    return tokenUse === "id"
      ? tokenAnswer(IdToken, { AccessToken, ...rest })
      : tokenAnswer(AccessToken, { IdToken, ...rest });
  }

  function refusal(status: number, { __type: type, message }: Answer): ApiError {
    const code = codeOf(type);
    const sentence = typeof message === "string" ? message : "";
    const said = ["status", status, code].join(" ").trimEnd();
    if (status >= 500) return unavailable(said);
    if (status === 429 || RATE_LIMITS.has(code)) return rateLimited(said);
    if (status !== 400 || !REFUSALS.has(code)) return unusable(said);
    if (code === "NotAuthorizedException" && WRONG_CLIENT_SECRET.test(sentence)) {
      return unusable(`${said}, and mentions the client's secret`);
    }
    return refused(code, said, authErrorDetail);
  }
}

/**
 * "Computing secret hash values", in Cognito's developer guide. Loading `node:crypto` takes a third of a cold
 * start.
 */
async function secretHash(username: string, clientId: string, clientSecret: string): Promise<string> {
  const { createHmac } = await import("node:crypto");
  return createHmac("sha256", clientSecret)
    .update(username + clientId)
    .digest("base64");
}

/** The name of an exception, sometimes after a namespace. Messages are left out: some quote the request. */
function codeOf(type: unknown): string {
  const name = typeof type === "string" ? type.split("#").at(-1) : undefined;
  return name && /^[A-Za-z]{1,64}$/.test(name) ? name : "";
}
