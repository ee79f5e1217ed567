/**
 * Sign-in and refresh through Firebase's REST APIs: Identity Toolkit (`accounts:signInWithPassword`) and Secure Token.
 * https://firebase.google.com/docs/reference/rest/auth
 */
import type { AxiosResponse } from "axios";
import type { Config } from "../config.ts";
import { ApiError } from "../errors/api-error.ts";
import type { IdentityProvider, TokenAnswer } from "./identity-provider.ts";

const TIMEOUT_MILLISECONDS = 5000;
const RETRY_AFTER_SECONDS = 60;
const MAX_ANSWER_BYTES = 256 * 1024;

type ProviderOptions = Pick<Config, "firebase" | "authErrorDetail">;
type Answer = Readonly<Record<string, unknown>>;

/** The codes that say something of the caller. All others say that this API is set up wrong, or that it is down. */
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
]);
const RATE_LIMITS = new Set(["TOO_MANY_ATTEMPTS_TRY_LATER", "QUOTA_EXCEEDED"]);

/**
 * Makes the Firebase provider. It sends each password once: a retry would count as another attempt.
 *
 * With `authErrorDetail` `generic`, every refusal has the same answer, so that nobody learns who has an account.
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
        throw new ApiError("002403", {
          reason: "The account has a second factor; sign in with the provider's SDK",
        });
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

  /** Axios is loaded here and not above: it is by far the dearest import of this API. */
  async function call(url: string, data: Record<string, unknown>, contentType: string): Promise<Answer> {
    const { default: axios } = await import("axios");
    let response: AxiosResponse<unknown>;
    try {
      response = await axios.post(url, data, {
        params: { key: firebase.apiKey },
        headers: { "content-type": contentType },
        timeout: timeoutMilliseconds,
        signal: AbortSignal.timeout(timeoutMilliseconds),
        maxRedirects: 0,
        maxContentLength: MAX_ANSWER_BYTES,
        validateStatus: () => true,
      });
    } catch (error) {
      throw unavailable(`no answer (${error instanceof axios.AxiosError ? error.code : "unknown"})`);
    }
    const answer = isObject(response.data) ? response.data : {};
    if (response.status !== 200) throw refusal(response.status, codesOf(answer));
    return answer;
  }

  function refusal(status: number, codes: readonly string[]): ApiError {
    const [code = ""] = codes;
    const said = ["status", status, ...codes].join(" ");
    if (status === 429 || RATE_LIMITS.has(code)) {
      return new ApiError("001429", {
        reason: "Too many attempts; try again later",
        headers: { "retry-after": String(RETRY_AFTER_SECONDS) },
        cause: gave(said),
      });
    }
    if (status === 400 && REFUSALS.has(code)) {
      return new ApiError("002401", {
        reason: authErrorDetail === "provider" ? code : "The credentials were refused",
        headers: { "www-authenticate": "Bearer" },
        cause: gave(said),
      });
    }
    return status >= 500 ? unavailable(said) : unusable(said);
  }
}

function tokenAnswer(idToken: unknown, answer: Answer): TokenAnswer {
  if (typeof idToken !== "string" || idToken === "") throw unusable("an answer without a token");
  return { ...answer, access_token: idToken, token_type: "bearer" };
}

function unavailable(internal: string): ApiError {
  return new ApiError("001503", {
    reason: "The identity provider cannot be reached; try again later",
    cause: gave(internal),
  });
}

function unusable(internal: string): ApiError {
  return new ApiError("001502", {
    reason: "The identity provider refused this API",
    cause: gave(internal),
  });
}

/** For the log. */
function gave(internal: string): Error {
  return new Error(`The identity provider gave ${internal}`);
}

const CODE = /^[A-Z][A-Z_]*$/;

/**
 * The codes of an error answer, the telling one first. Google's sentences are left out: some quote the API key, or
 * what was sent, and must not reach the log.
 */
function codesOf({ error }: Answer): readonly string[] {
  if (!isObject(error)) return [];
  const code = typeof error.message === "string" ? error.message.split(" : ")[0] : undefined;
  const details = Array.isArray(error.details) ? error.details.filter(isObject) : [];
  return [code, error.status, ...details.map(({ reason }) => reason)].filter(
    (text): text is string => typeof text === "string" && CODE.test(text),
  );
}

function isObject(value: unknown): value is Answer {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
