// Reads a JSON Web Token's compact form (RFC 7515 §7.1). A token has exactly one accepted spelling, so that
// its text can be a cache key: padding, spaces and non-canonical base64url are refused.

/** Why a token is refused: the `error_description` of `www-authenticate`. */
export class InvalidTokenError extends Error {
  override readonly name = "InvalidTokenError";
}

export interface Jwt {
  header: { alg: string; kid: string };
  claims: Record<string, unknown>;
  /** The JSON text of the claims, with numbers as they were written. */
  payload: string;
  signedText: string;
  signature: Buffer;
}

export function parseJwt(token: string): Jwt {
  const segments = token.split(".");
  if (segments.length !== 3) throw new InvalidTokenError("token contains an invalid number of segments");
  const [header, payload, signature] = segments.map(decodeSegment);
  if (!header || !payload || !signature) throw new InvalidTokenError("token is malformed");
  const { alg, kid, crit } = parseObject(header);
  if (typeof alg !== "string" || typeof kid !== "string" || kid === "" || crit !== undefined) {
    throw new InvalidTokenError("unable to find a matching key");
  }
  return {
    header: { alg, kid },
    claims: parseObject(payload),
    payload: payload.toString(),
    signedText: token.slice(0, token.lastIndexOf(".")),
    signature,
  };
}

function decodeSegment(segment: string): Buffer | undefined {
  const bytes = Buffer.from(segment, "base64url");
  return bytes.toString("base64url") === segment ? bytes : undefined;
}

function parseObject(bytes: Buffer): Record<string, unknown> {
  try {
    // A byte-order mark is kept, which makes the JSON invalid (RFC 8259 §8.1).
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const value: unknown = JSON.parse(decoder.decode(bytes));
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    if (isObject) return value as Record<string, unknown>;
  } catch {
    // Not UTF-8 or not JSON: refused below, like JSON that is not an object.
  }
  throw new InvalidTokenError("token is malformed");
}
