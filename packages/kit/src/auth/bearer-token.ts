import { ApiError } from "../errors/api-error.ts";

/** The scheme's case does not matter (RFC 9110, section 11.1). */
const SCHEME = /^bearer +/i;
/** RFC 6750, section 2.1. */
const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/**
 * Takes the bearer token out of an `Authorization` header.
 *
 * @param header the header's value; `undefined` where there is none.
 * @throws ApiError 001401 when there is no token, or something that is none.
 */
export function bearerToken(header: string | undefined): string {
  if (header === undefined || header === "") {
    throw new ApiError("001401", {
      reason: "The request has no bearer token",
      headers: { "www-authenticate": "Bearer" },
    });
  }
  const [scheme] = SCHEME.exec(header) ?? [];
  const token = scheme && header.slice(scheme.length);
  if (!token || !B64TOKEN.test(token)) throw invalidToken("The Authorization header holds no bearer token");
  return token;
}

/** The one answer to a token that is refused (RFC 6750, section 3.1). `cause` reaches the log only. */
export function invalidToken(reason: string, cause?: unknown): ApiError {
  return new ApiError("001401", {
    reason,
    headers: { "www-authenticate": 'Bearer error="invalid_token"' },
    cause,
  });
}
