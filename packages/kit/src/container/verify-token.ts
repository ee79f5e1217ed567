import type { IncomingMessage } from "node:http";
import { type CryptoKey, compactVerify, errors } from "jose";
import { type Claims, createPrincipals, type Principal } from "../auth/principal.ts";
import {
  bearerToken,
  checkClaims,
  createTokenMemory,
  DEFAULT_ALGORITHMS,
  decodeToken,
  invalidToken,
  type TokenRules,
} from "../auth/token-rules.ts";
import { ApiError, unexpectedError } from "../errors/api-error.ts";
import { createIssuerKeys, type IssuerKeysOptions } from "./issuer-keys.ts";

export interface TokenVerifierOptions extends TokenRules, IssuerKeysOptions {}

/**
 * Verifies the token of an `Authorization` header, and returns its claims.
 *
 * @throws ApiError 001401 for a refused token, and 001503 while the issuer's signing keys are unavailable.
 *   May also reject with it.
 */
export type TokenVerifier = (authorization: string | undefined) => Claims | Promise<Claims>;

/** A verified token, and the key that proved it. */
interface VerifiedToken {
  readonly claims: Claims;
  readonly key: CryptoKey;
}

/**
 * Makes the function that does in a container what API Gateway's JWT authorizer does in front of Lambda.
 *
 * Only the signature check is remembered, for the token's whole text. Claims and key are checked at each
 * request, so that expiry and withdrawn keys take effect at once.
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const { now = Date.now, algorithms = DEFAULT_ALGORITHMS } = options;
  const keys = createIssuerKeys(options);
  const verified = createTokenMemory<VerifiedToken>();
  /** Simultaneous requests with the same token share one verification. */
  const pending = new Map<string, Promise<Claims>>();

  async function verify(authorization: string, token: string, claims: Claims): Promise<Claims> {
    try {
      const { key } = await compactVerify<CryptoKey>(token, keys.find, { algorithms: [...algorithms] });
      verified.remember(authorization, { claims, key });
      return claims;
    } catch (cause) {
      throw refusal(cause);
    } finally {
      pending.delete(authorization);
    }
  }

  return (authorization = "") => {
    const known = verified.get(authorization);
    const claims = known?.claims ?? decodeToken(bearerToken(authorization), algorithms);
    checkClaims(claims, options, now() / 1000);
    if (known && keys.isCurrent(known.key)) return claims;
    const verifying = pending.get(authorization) ?? verify(authorization, bearerToken(authorization), claims);
    pending.set(authorization, verifying);
    return verifying;
  };
}

/** Makes the function that identifies the caller by the request's token. */
export function createTokenAuthentication(
  options: TokenVerifierOptions & { readonly groupsClaim: string },
): (request: IncomingMessage) => Promise<Principal> {
  const claimsOf = createTokenVerifier(options);
  const principalOf = createPrincipals(options.groupsClaim);
  return async (request) => {
    // Node keeps the first of several; an attacker may hope that another parser reads the last.
    if (hasSeveralAuthorizations(request))
      throw invalidToken("The request has more than one Authorization header");
    return principalOf(await claimsOf(request.headers.authorization));
  };
}

const AUTHORIZATION = "authorization";

/** `headersDistinct` would work too, but it sorts all headers. */
function hasSeveralAuthorizations({ rawHeaders }: IncomingMessage): boolean {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    if (name.length === AUTHORIZATION.length && name.toLowerCase() === AUTHORIZATION) count += 1;
  }
  return count > 1;
}

/** jose's errors that mean that the token is wrong. */
const TOKEN_FAULTS = [
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
];

function refusal(cause: unknown): ApiError {
  if (TOKEN_FAULTS.some((fault) => cause instanceof fault)) {
    return invalidToken("The token's signature is not verified", cause);
  }
  return cause instanceof ApiError ? cause : unexpectedError(cause);
}
