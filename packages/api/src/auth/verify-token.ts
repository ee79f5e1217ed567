import { type CryptoKey, compactVerify, errors, type JWSHeaderParameters } from "jose";
import { ApiError } from "../errors/api-error.ts";
import { invalidToken } from "./bearer-token.ts";
import { createIssuerKeys, type IssuerKeysOptions } from "./issuer-keys.ts";
import type { Claims } from "./principal.ts";
import { createTokenMemory } from "./token-memory.ts";
import { checkClaims, decodeToken, type TokenRules } from "./token-rules.ts";

export interface TokenVerifierOptions extends TokenRules, IssuerKeysOptions {
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
}

export type TokenVerifier = (token: string) => Promise<Claims>;

/** A token whose signature was good, under the key that proved it. */
interface VerifiedToken {
  readonly claims: Claims;
  readonly header: JWSHeaderParameters;
  readonly key: CryptoKey;
}

/**
 * Makes the function that does in a container what API Gateway's JWT authorizer does in front of the Lambda function.
 *
 * It throws ApiError 001401 for a token that is refused, and 001503 when the issuer's keys cannot be had: then nobody
 * knows whether the token is good.
 *
 * Only the signature of a token is remembered, and that by its whole text. Its claims are checked and its key is asked
 * for at each request, so that it is refused by the clock, or by a change of keys, as if it were new.
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const { now = Date.now } = options;
  const findKey = createIssuerKeys(options);
  const verified = createTokenMemory<VerifiedToken>();

  return async (token) => {
    const known = verified.get(token);
    const claims = known?.claims ?? decodeToken(token);
    checkClaims(claims, options, now() / 1000);
    try {
      if (known && (await findKey(known.header)) === known.key) return claims;
      const { protectedHeader, key } = await compactVerify<CryptoKey>(token, findKey, {
        algorithms: ["RS256"],
      });
      verified.remember(token, { claims, header: protectedHeader, key });
    } catch (cause) {
      throw refusal(cause);
    }
    return claims;
  };
}

/** Errors that say something of the token; all others say that the keys could not be had. */
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
  return new ApiError("001503", { reason: "The token issuer's keys cannot be had; try again later", cause });
}
