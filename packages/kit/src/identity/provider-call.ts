/** Requests to an identity provider, and the errors for unusable responses. */
import type { AxiosRequestConfig, AxiosResponse } from "axios";
import type { Config } from "../config.ts";
import { ApiError } from "../errors/api-error.ts";
import type { TokenAnswer } from "./identity-provider.ts";

export const TIMEOUT_MILLISECONDS = 5000;
const RETRY_AFTER_SECONDS = 60;
const MAX_ANSWER_BYTES = 256 * 1024;

export type Answer = Readonly<Record<string, unknown>>;

export interface ProviderCall
  extends Pick<AxiosRequestConfig, "method" | "url" | "params" | "data" | "headers"> {
  readonly timeoutMilliseconds: number;
}

/**
 * Sends a request once: repeating a password would count as another attempt. Redirects are not followed.
 *
 * Axios is loaded on demand: it is by far the slowest import of this API.
 *
 * @returns the status, and the response's JSON object; an empty one for anything else.
 * @throws ApiError 001503 if no response comes.
 */
export async function callProvider({
  timeoutMilliseconds,
  ...request
}: ProviderCall): Promise<{ readonly status: number; readonly answer: Answer }> {
  const { default: axios } = await import("axios");
  let response: AxiosResponse<unknown>;
  try {
    response = await axios.request({
      ...request,
      timeout: timeoutMilliseconds,
      signal: AbortSignal.timeout(timeoutMilliseconds),
      maxRedirects: 0,
      maxContentLength: MAX_ANSWER_BYTES,
      validateStatus: () => true,
    });
  } catch (error) {
    throw unavailable(`no response (${error instanceof axios.AxiosError ? error.code : "unknown"})`);
  }
  return { status: response.status, answer: isObject(response.data) ? response.data : {} };
}

/**
 * Gives the provider's response OAuth 2.0's names for the token.
 *
 * @throws ApiError 001502 for a response without a token.
 */
export function tokenAnswer(token: unknown, answer: Answer): TokenAnswer {
  if (typeof token !== "string" || token === "") throw unusable("a response without a token");
  return { ...answer, access_token: token, token_type: "bearer" };
}

/**
 * The provider does not know or does not admit the caller. Its code reaches the caller if the configuration
 * allows it.
 */
export function refused(code: string, said: string, authErrorDetail: Config["authErrorDetail"]): ApiError {
  return new ApiError("002401", {
    reason: authErrorDetail === "provider" ? code : "The credentials were refused",
    headers: { "www-authenticate": "Bearer" },
    cause: gave(said),
  });
}

/**
 * The password was right, but the provider requires another step, which this API cannot offer.
 *
 * @param what the provider requires.
 */
export function moreIsAsked(what = "The account has a second factor"): ApiError {
  return new ApiError("002403", { reason: `${what}; sign in with the provider's SDK` });
}

export function rateLimited(said: string): ApiError {
  return new ApiError("001429", {
    reason: "Too many attempts; try again later",
    headers: { "retry-after": String(RETRY_AFTER_SECONDS) },
    cause: gave(said),
  });
}

export function unavailable(said: string): ApiError {
  return new ApiError("001503", {
    reason: "The identity provider cannot be reached; try again later",
    cause: gave(said),
  });
}

/** This API is misconfigured at the provider, or the provider returns something undocumented. */
export function unusable(said: string): ApiError {
  return new ApiError("001502", { reason: "The identity provider refused this API", cause: gave(said) });
}

/** For the log. */
function gave(said: string): Error {
  return new Error(`The identity provider gave ${said}`);
}

export function isObject(value: unknown): value is Answer {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
