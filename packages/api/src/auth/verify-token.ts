import { compactVerify, createRemoteJWKSet, errors, type JWTVerifyGetKey } from "jose";
import { ApiError } from "../errors/api-error.ts";
import { invalidToken } from "./bearer-token.ts";
import type { Claims } from "./principal.ts";
import { checkClaims, decodeToken, type TokenRules } from "./token-rules.ts";

export interface TokenVerifierOptions extends TokenRules {
  /** Where the issuer's keys are. `undefined`: the issuer's discovery document says it. */
  readonly jwksUri: string | undefined;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
  /** How long the issuer may take to answer. Default: what API Gateway gives it. */
  readonly fetchTimeoutMilliseconds?: number;
}

export type TokenVerifier = (token: string) => Promise<Claims>;

/** For each of the two fetches, as at API Gateway. */
const FETCH_TIMEOUT_MILLISECONDS = 1500;

/**
 * Makes the function that does in a container what API Gateway's JWT authorizer does in front of the Lambda function.
 *
 * It throws ApiError 001401 for a token that is refused, and 001503 when the issuer's keys cannot be had: then nobody
 * knows whether the token is good. The keys are cached by jose for ten minutes; an unknown key is looked for again,
 * but not more than once in thirty seconds: anyone could make us hammer the issuer.
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const { now = Date.now } = options;
  let keys: Promise<JWTVerifyGetKey> | undefined;

  function findKeys(): Promise<JWTVerifyGetKey> {
    keys ??= keySet(options).catch((error: unknown) => {
      keys = undefined;
      throw error;
    });
    return keys;
  }

  return async (token) => {
    const claims = decodeToken(token);
    checkClaims(claims, options, now() / 1000);
    try {
      await compactVerify(token, await findKeys(), { algorithms: ["RS256"] });
    } catch (cause) {
      throw refusal(cause);
    }
    return claims;
  };
}

async function keySet({
  issuer,
  jwksUri,
  fetchTimeoutMilliseconds = FETCH_TIMEOUT_MILLISECONDS,
}: TokenVerifierOptions): Promise<JWTVerifyGetKey> {
  const uri = jwksUri ?? (await discoverJwksUri(issuer, fetchTimeoutMilliseconds));
  return createRemoteJWKSet(new URL(uri), { timeoutDuration: fetchTimeoutMilliseconds });
}

/** OpenID Connect Discovery 1.0, section 4: the document's `issuer` must be the very string that was asked for. */
async function discoverJwksUri(issuer: string, timeoutMilliseconds: number): Promise<string> {
  const response = await fetch(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`, {
    redirect: "error",
    signal: AbortSignal.timeout(timeoutMilliseconds),
  });
  if (!response.ok) throw new Error(`The issuer's discovery document answers ${response.status}`);
  const document: unknown = await response.json();
  if (typeof document !== "object" || document === null)
    throw new Error("The discovery document is no object");
  const { issuer: named, jwks_uri: jwksUri } = document as Record<string, unknown>;
  if (named !== issuer) throw new Error(`The discovery document names another issuer: ${String(named)}`);
  if (typeof jwksUri !== "string") throw new Error("The discovery document has no jwks_uri");
  return jwksUri;
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
