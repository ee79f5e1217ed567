/**
 * The rules for a token's form and claims, and the memory of verified tokens, in both runtimes. The signature is checked
 * elsewhere: by API Gateway's JWT authorizer in Lambda, by `verify-token.ts` in the container.
 */
import { ApiError } from "../errors/api-error.ts";
import type { Claims } from "./principal.ts";

export interface TokenRules {
  /** Compared character by character: Auth0's issuers end in a slash, Firebase's do not. */
  readonly issuer: string;
  /** One of these must be in `aud`, or in `client_id` where there is no `aud` (Cognito's access tokens). */
  readonly audiences: readonly string[];
  /** The required `token_use`: Cognito's two tokens have the same issuer and client. Default: any. */
  readonly tokenUse?: "access" | "id" | undefined;
  readonly verifyExpiration: boolean;
  /** Default: RS256, the only one that both API Gateway and the container support. */
  readonly algorithms?: readonly TokenAlgorithm[];
  /** From `iat` to `exp`. Default: a day, which is Cognito's maximum and Auth0's default. */
  readonly maxLifetimeHours?: number;
}

/**
 * Algorithms whose signatures can be verified with an issuer's published keys (RFC 7518, section 3.1; RFC
 * 8037, section 3.1).
 */
export const TOKEN_ALGORITHMS = ["RS256", "ES256", "EdDSA"] as const;
export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number];
export const DEFAULT_ALGORITHMS: readonly TokenAlgorithm[] = ["RS256"];

const MAX_TOKEN_LENGTH = 8192;
const MAX_SUBJECT_LENGTH = 255;
export const DEFAULT_MAX_LIFETIME_HOURS = 24;
/** How far an issuer's clock may be ahead of ours. An expired token gets no such tolerance. */
const CLOCK_TOLERANCE_SECONDS = 5;

/**
 * A media type in any case, with or without `application/` (RFC 7515, section 4.1.9). `at+jwt` is RFC 9068's.
 * A token without a type counts as a JWT.
 */
const TOKEN_TYPE = /^(application\/)?(at\+)?jwt$/i;

const THREE_SEGMENTS = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/;
const CONTROL_CHARACTER = /\p{Cc}/u;

/**
 * Decodes a compact JWS without checking its signature.
 *
 * A token has exactly one spelling: padding, spaces and non-canonical base64url endings are refused (stricter
 * than RFC 8725, section 3.11), so that tokens can be compared as text.
 *
 * @param algorithms one of which its header must name.
 * @returns the claims, deeply frozen and without a prototype.
 * @throws ApiError 001401
 */
export function decodeToken(
  token: string,
  algorithms: readonly TokenAlgorithm[] = DEFAULT_ALGORITHMS,
): Claims {
  const segments = token.length <= MAX_TOKEN_LENGTH ? THREE_SEGMENTS.exec(token) : null;
  const [, encodedHeader, encodedPayload, signature] = segments ?? [];
  if (!encodedHeader || !encodedPayload || !signature) throw invalidToken("The token is malformed");
  if (!isCanonical(encodedHeader) || !isCanonical(encodedPayload) || !isCanonical(signature)) {
    throw invalidToken("The token is malformed");
  }
  const header = parseObject(encodedHeader);
  if (!algorithms.some((algorithm) => algorithm === header.alg))
    throw invalidToken(`The token is not signed with ${algorithms.join(" or ")}`);
  if (typeof header.kid !== "string" || header.kid === "") throw invalidToken("The token names no key");
  const { typ } = header;
  if (typ !== undefined && !(typeof typ === "string" && TOKEN_TYPE.test(typ))) {
    throw invalidToken("The token is not of type JWT");
  }
  // A JWT cannot have an unencoded payload (RFC 7797, section 7).
  if (header.crit !== undefined || header.b64 !== undefined) {
    throw invalidToken("The token demands an unknown extension");
  }
  return parseObject(encodedPayload);
}

/**
 * Checks the claims.
 *
 * @param nowSeconds seconds since the epoch.
 * @throws ApiError 001401
 */
export function checkClaims(claims: Claims, rules: TokenRules, nowSeconds: number): void {
  const { iss, sub, iat, exp, nbf, auth_time: authTime } = claims;
  if (iss !== rules.issuer) throw invalidToken("The token is from another issuer");
  if (!isForAudience(claims, rules.audiences)) throw invalidToken("The token is for another audience");
  if (rules.tokenUse && claims.token_use !== rules.tokenUse)
    throw invalidToken("The token is of the wrong kind");
  if (
    typeof sub !== "string" ||
    sub === "" ||
    sub.length > MAX_SUBJECT_LENGTH ||
    CONTROL_CHARACTER.test(sub)
  ) {
    throw invalidToken("The token has no usable subject");
  }
  const { maxLifetimeHours = DEFAULT_MAX_LIFETIME_HOURS } = rules;
  if (!isTime(iat) || !isTime(exp) || exp - iat > maxLifetimeHours * 3600) {
    throw invalidToken("The token has no usable lifetime");
  }
  if (rules.verifyExpiration && exp <= nowSeconds) throw invalidToken("The token has expired");
  const latest = nowSeconds + CLOCK_TOLERANCE_SECONDS;
  for (const start of [iat, nbf, authTime]) {
    if (start === undefined) continue;
    if (!isTime(start) || start > latest) throw invalidToken("The token is not valid yet");
  }
}

function isForAudience({ aud, client_id: clientId }: Claims, audiences: readonly string[]): boolean {
  const named = aud === undefined ? [clientId] : Array.isArray(aud) ? aud : [aud];
  return named.some((audience) => typeof audience === "string" && audiences.includes(audience));
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** Four characters always encode three bytes; only an incomplete last group has more than one spelling. */
function isCanonical(segment: string): boolean {
  const tail = segment.slice(segment.length - (segment.length % 4));
  return tail === "" || Buffer.from(tail, "base64url").toString("base64url") === tail;
}

let utf8: InstanceType<typeof TextDecoder> | undefined;
/** Written plainly or with escapes. Searching the text is ten times faster than checking each name. */
const MAY_NAME_PROTOTYPE = /__proto__|\\/;

function parseObject(segment: string): Claims {
  let value: unknown;
  try {
    // `ignoreBOM` keeps the mark, which makes the JSON invalid (RFC 8259, section 8.1).
    utf8 ??= new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const text = utf8.decode(Buffer.from(segment, "base64url"));
    value = frozen(MAY_NAME_PROTOTYPE.test(text) ? JSON.parse(text, withoutPrototype) : JSON.parse(text));
  } catch {
    throw invalidToken("The token is malformed");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalidToken("The token is malformed");
  }
  // V8 turns an object created without a prototype into a hash table, which is several times slower to read.
  return Object.freeze(Object.setPrototypeOf({ ...value }, null));
}

/** A claim of this name would become a prototype as soon as the claims are assigned to an object. */
function withoutPrototype(key: string, value: unknown): unknown {
  return key === "__proto__" ? undefined : value;
}

/**
 * Freezes nested lists and objects too: requests with the same token share them. Iterative, because claims
 * can be nested deeper than the stack.
 */
function frozen(value: unknown): unknown {
  const pending: unknown[] = [value];
  for (const inner of pending) {
    if (typeof inner !== "object" || inner === null) continue;
    pending.push(...Object.values(inner));
    Object.freeze(inner);
  }
  return value;
}

/** The scheme's case does not matter (RFC 9110, section 11.1). */
const SCHEME = /^bearer +/i;
/** RFC 6750, section 2.1. */
const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/**
 * Takes the bearer token out of an `Authorization` header.
 *
 * @param header the header's value; `undefined` if it is missing.
 * @throws ApiError 001401 if the token is missing, or is not a bearer token.
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

/** The response to every refused token (RFC 6750, section 3.1). `cause` reaches only the log. */
export function invalidToken(reason: string, cause?: unknown): ApiError {
  return new ApiError("001401", {
    reason,
    headers: { "www-authenticate": 'Bearer error="invalid_token"' },
    cause,
  });
}

/**
 * This many tokens of at most 8192 characters take a few megabytes with their claims, and about 30 MB at
 * worst.
 */
const TOKENS_KEPT = 1000;
/** The end of a signature distinguishes tokens, and is cheaper to look up than the whole token. */
const KEY_LENGTH = 32;

/** Remembers verified tokens. The whole text is compared, so that no token passes for another. */
export interface TokenMemory<Known> {
  get(text: string): Known | undefined;
  /** Forgets the oldest entry to make room. */
  remember(text: string, known: Known): void;
}

export function createTokenMemory<Known>(): TokenMemory<Known> {
  const memory = new Map<string, { readonly text: string; readonly known: Known }>();
  return {
    get(text) {
      const entry = memory.get(text.slice(-KEY_LENGTH));
      return entry?.text === text ? entry.known : undefined;
    },
    remember(text, known) {
      const [oldest] = memory.keys();
      if (oldest !== undefined && memory.size >= TOKENS_KEPT) memory.delete(oldest);
      memory.set(text.slice(-KEY_LENGTH), { text, known });
    },
  };
}
