/** A provider that signs callers in with a password and renews their tokens. */
export interface IdentityProvider {
  /** @throws ApiError 002401, 002403, 001429, 001502 or 001503 */
  signIn(username: string, password: string): Promise<TokenAnswer>;
  /** @throws ApiError 002401, 001429, 001502 or 001503 */
  refresh(refreshToken: string): Promise<TokenAnswer>;
}

/** The provider's own JSON, with OAuth 2.0's names for the token (RFC 6749, section 5.1). */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: "bearer";
  readonly [field: string]: unknown;
}
