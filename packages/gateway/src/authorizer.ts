// The JWT authorizer: where the token is, whether it is genuine, whether its caller may call
// (docs/behaviour.md §4.1 and §4.3).

import { type KeyObject, verify } from "node:crypto";
import { flattenClaims } from "./claims.ts";
import type { IamContext, JwtContext } from "./event.ts";
import { authorizerError, type GatewayError } from "./gateway-error.ts";
import type { JwtAuthorizer } from "./http-api.ts";
import type { HttpRequest } from "./http-request.ts";
import { createIssuerKeys } from "./issuer-keys.ts";
import { InvalidTokenError, type Jwt, parseJwt } from "./jwt.ts";
import { parseQueryString } from "./query-string.ts";
import type { Switches } from "./switches.ts";

export type Verdict =
  | { allowed: true; jwt: JwtContext; iam?: undefined }
  | { allowed: true; iam: IamContext; jwt?: undefined }
  // `reason` is `$context.authorizer.error`; `jwt` is set if the token is genuine but has none of the scopes.
  | { allowed: false; error: GatewayError; reason: string; jwt?: JwtContext; iam?: undefined };

export type Authorize = (request: HttpRequest, routeScopes: readonly string[]) => Promise<Verdict>;

export interface AuthorizerOptions {
  authorizer: JwtAuthorizer;
  switches: Pick<Switches, "clockSkewSeconds" | "jwksCacheMilliseconds" | "jwksTimeoutMilliseconds">;
  now: () => number;
  verifySignature?: typeof verifyRsaSignature;
}

interface VerifiedToken {
  claims: Record<string, string>;
  scopes: string[];
  expiresAt: number;
  keysGeneration: number;
}

const rsaHashes = new Map([
  ["RS256", "sha256"],
  ["RS384", "sha384"],
  ["RS512", "sha512"],
]);

export const defaultIdentitySource = "$request.header.Authorization";

// The limit on header size bounds a token, so this bounds the memory of one authorizer at about 20 MB.
const verifiedTokensKept = 1_000;

export function createAuthorizer(options: AuthorizerOptions): Authorize {
  const { authorizer, switches, now, verifySignature = verifyRsaSignature } = options;
  const { issuer, audience } = authorizer.jwtConfiguration;
  const skewMilliseconds = switches.clockSkewSeconds * 1000;
  const keys = createIssuerKeys({
    issuer,
    jwksUri: authorizer.jwksUri,
    cacheMilliseconds: switches.jwksCacheMilliseconds,
    timeoutMilliseconds: switches.jwksTimeoutMilliseconds,
    now,
  });
  const verified = new Map<string, VerifiedToken>();

  return async (request, routeScopes) => {
    const token = readToken(request, authorizer.identitySource ?? defaultIdentitySource);
    if (token === "") return refuse(401, "Bearer", "no token");
    const scope = `scope="${routeScopes.join(" ")}"`;
    try {
      const { claims, scopes } = recall(token) ?? (await verifyToken(token));
      if (routeScopes.length === 0) return { allowed: true, jwt: { claims, scopes: null } };
      const jwt = { claims, scopes };
      if (routeScopes.some((wanted) => scopes.includes(wanted))) return { allowed: true, jwt };
      return { ...refuse(403, `Bearer ${scope} error="insufficient_scope"`, "insufficient scope"), jwt };
    } catch (error) {
      if (!(error instanceof InvalidTokenError)) throw error;
      const description = `error="invalid_token" error_description="${error.message}"`;
      return refuse(401, `Bearer ${scope} ${description}`, `invalid_token: ${error.message}`);
    }
  };

  /** A verified token stays valid until it expires or the keys that verified it are dropped. */
  function recall(token: string): VerifiedToken | undefined {
    const known = verified.get(token);
    if (!known) return undefined;
    if (now() < known.expiresAt && known.keysGeneration === keys.currentGeneration()) return known;
    verified.delete(token);
    return undefined;
  }

  async function verifyToken(token: string): Promise<VerifiedToken> {
    const jwt = parseJwt(token);
    const hash = rsaHashes.get(jwt.header.alg);
    const key = hash && (await keys.find(jwt.header.kid));
    if (!key || (key.algorithm ?? jwt.header.alg) !== jwt.header.alg) {
      throw new InvalidTokenError("unable to find a matching key");
    }
    if (!verifySignature(hash, jwt, key.publicKey)) throw new InvalidTokenError("signature is invalid");
    const expiresAt = checkClaims(jwt.claims);
    const scopes = tokenScopes(jwt.claims);
    const entry = { claims: flattenClaims(jwt.payload), scopes, expiresAt, keysGeneration: key.generation };
    remember(token, entry);
    return entry;
  }

  function remember(token: string, entry: VerifiedToken): void {
    const [oldest] = verified.keys();
    if (verified.size >= verifiedTokensKept && oldest !== undefined) verified.delete(oldest);
    verified.set(token, entry);
  }

  /** Returns the time from which the token is no longer valid. */
  function checkClaims({ iss, aud, client_id, exp, nbf, iat }: Record<string, unknown>): number {
    if (iss !== issuer) throw new InvalidTokenError("the token does not have a valid issuer");
    // Cognito's access tokens have no `aud`; `client_id` counts only then.
    const audiences = aud === undefined ? [client_id] : Array.isArray(aud) ? aud : [aud];
    if (!audiences.some((item) => typeof item === "string" && audience.includes(item))) {
      throw new InvalidTokenError("the token does not have a valid audience");
    }
    const expiresAt = typeof exp === "number" && Number.isFinite(exp) ? exp * 1000 + skewMilliseconds : 0;
    if (now() >= expiresAt) throw new InvalidTokenError("the token has expired");
    for (const notBefore of [nbf, iat]) {
      if (notBefore === undefined) continue;
      if (typeof notBefore !== "number" || notBefore * 1000 - skewMilliseconds > now()) {
        throw new InvalidTokenError("the token is not valid yet");
      }
    }
    return expiresAt;
  }
}

export function verifyRsaSignature(hash: string, jwt: Jwt, publicKey: KeyObject): boolean {
  return verify(hash, Buffer.from(jwt.signedText), publicKey, jwt.signature);
}

function refuse(statusCode: 401 | 403, wwwAuthenticate: string, reason: string) {
  return { allowed: false as const, error: authorizerError(statusCode, wwwAuthenticate), reason };
}

/** The token alone or after `Bearer `; empty if there is none. */
function readToken(request: HttpRequest, identitySource: string): string {
  const [, source, name = ""] = /^\$request\.(header|querystring)\.(.+)$/.exec(identitySource) ?? [];
  const value =
    source === "header"
      ? request.headers.get(name.toLowerCase())
      : parseQueryString(request.rawQueryString).get(name);
  return (value ?? "").replace(/^bearer +/i, "");
}

/** `scp` takes precedence over `scope`; either is a list or a space-separated text. */
function tokenScopes({ scp, scope }: Record<string, unknown>): string[] {
  const scopes = scp ?? scope;
  if (typeof scopes === "string") return scopes.split(" ").filter((item) => item !== "");
  return Array.isArray(scopes) ? scopes.filter((item) => typeof item === "string") : [];
}
