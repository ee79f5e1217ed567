/**
 * Sign-in and refresh through Firebase's REST APIs: Identity Toolkit (`accounts:signInWithPassword`) and Secure Token.
 * https://firebase.google.com/docs/reference/rest/auth
 */
import type { Config } from "../config.ts";
import type { ApiError } from "../errors/api-error.ts";
import type { IdentityProvider } from "./identity-provider.ts";
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

type ProviderOptions = Pick<Config, "firebase" | "authErrorDetail">;

/**
 * The codes that concern the caller. All others mean that this API is misconfigured, or that Firebase is
 * down.
 */
const REFUSALS = new Set([
  "EMAIL_NOT_FOUND",
  "INVALID_PASSWORD",
  "INVALID_LOGIN_CREDENTIALS",
  "INVALID_EMAIL",
  "MISSING_EMAIL",
  "MISSING_PASSWORD",
  "USER_DISABLED",
  "INVALID_REFRESH_TOKEN",
  "MISSING_REFRESH_TOKEN",
  "TOKEN_EXPIRED",
  "USER_NOT_FOUND",
  "PROJECT_NUMBER_MISMATCH",
  "PASSWORD_DOES_NOT_MEET_REQUIREMENTS",
  // A blocking function denies the sign-in.
  "BLOCKING_FUNCTION_ERROR_RESPONSE",
  // The account is locked for a while.
  "TOO_MANY_ATTEMPTS_TRY_LATER",
]);
const QUOTA_EXCEEDED = "QUOTA_EXCEEDED";

/**
 * Makes the Firebase provider. It sends each password once: a retry would count as another attempt.
 *
 * With `authErrorDetail` `generic`, every refusal has the same response, also that of a locked account, so that
 * responses do not reveal who has an account.
 */
export function createFirebaseProvider(
  { firebase, authErrorDetail }: ProviderOptions,
  timeoutMilliseconds = TIMEOUT_MILLISECONDS,
): IdentityProvider {
  return {
    async signIn(username, password) {
      const { idToken, ...answer } = await call(
        `${firebase.identityToolkitUrl}/v1/accounts:signInWithPassword`,
        { email: username, password, returnSecureToken: true },
        "application/json",
      );
      if (idToken === undefined && answer.mfaPendingCredential !== undefined) {
        throw moreIsAsked();
      }
      return tokenAnswer(idToken, answer);
    },

    async refresh(refreshToken) {
      const { id_token: idToken, ...answer } = await call(
        `${firebase.secureTokenUrl}/v1/token`,
        { grant_type: "refresh_token", refresh_token: refreshToken },
        "application/x-www-form-urlencoded",
      );
      return tokenAnswer(idToken, answer);
    },
  };

  async function call(url: string, data: Answer, contentType: string): Promise<Answer> {
    const { status, answer } = await callProvider({
      method: "POST",
      url,
      data,
      params: { key: firebase.apiKey },
      headers: { "content-type": contentType },
      timeoutMilliseconds,
    });
    if (status !== 200) throw refusal(status, codesOf(answer));
    return answer;
  }

  function refusal(status: number, codes: readonly string[]): ApiError {
    const [code = ""] = codes;
    const said = ["status", status, ...codes].join(" ");
    if (status === 429 || code === QUOTA_EXCEEDED) return rateLimited(said);
    if (status === 400 && REFUSALS.has(code)) return refused(code, said, authErrorDetail);
    return status >= 500 ? unavailable(said) : unusable(said);
  }
}

const CODE = /^[A-Z][A-Z_]*$/;

/**
 * The codes of an error response, the most specific first. Google's messages are left out: some quote the API
 * key or the request, which must not reach the log.
 */
function codesOf({ error }: Answer): readonly string[] {
  if (!isObject(error)) return [];
  const code = typeof error.message === "string" ? error.message.split(" : ")[0] : undefined;
  const details = Array.isArray(error.details) ? error.details.filter(isObject) : [];
  return [code, error.status, ...details.map(({ reason }) => reason)].filter(
    (text): text is string => typeof text === "string" && CODE.test(text),
  );
}
