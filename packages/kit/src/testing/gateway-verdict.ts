/**
 * A stub of API Gateway's JWT authorizer for tests of the bare handler: it verifies a token and flattens its
 * claims as the gateway does.
 */
import { createPublicKey, verify } from "node:crypto";
import type { TrustedIssuer } from "./test-issuer.ts";

/**
 * @returns `requestContext.authorizer` for a token that the gateway accepts, `undefined` for one that it
 *   refuses.
 */
export async function gatewayVerdict(
  authorization: string | undefined,
  issuer: TrustedIssuer,
): Promise<object | undefined> {
  const token = authorization?.replace(/^bearer +/i, "") ?? "";
  const [header, payload, signature, ...rest] = token.split(".");
  if (!header || !payload || !signature || rest.length > 0) return undefined;
  try {
    const { alg, kid } = JSON.parse(Buffer.from(header, "base64url").toString());
    const { keys } = (await (await fetch(issuer.jwksUri)).json()) as { keys: { kid: string }[] };
    const jwk = keys.find((candidate) => candidate.kid === kid);
    if (!jwk || alg !== "RS256") return undefined;
    const key = createPublicKey({ key: { ...jwk }, format: "jwk" });
    const input = Buffer.from(`${header}.${payload}`);
    if (!verify("sha256", input, key, Buffer.from(signature, "base64url"))) return undefined;
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
    const now = Date.now() / 1000;
    const audiences = [claims.aud ?? claims.client_id].flat();
    if (claims.iss !== issuer.issuer || !audiences.includes(issuer.audience) || !(claims.exp > now))
      return undefined;
    return { jwt: { claims: flatten(claims), scopes: null } };
  } catch {
    return undefined;
  }
}

/** Claims as strings in Go's format; a null claim is left out. */
export function flatten(claims: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(claims)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, goFormat(value)]),
  );
}

/** From the inside out, level by level: claims can be nested deeper than the stack. */
function goFormat(value: unknown): string {
  const levels: unknown[] = [value];
  for (const level of levels)
    if (typeof level === "object" && level !== null) levels.push(...Object.values(level));
  const written = new Map<unknown, string>();
  const textOf = (inner: unknown) => (inner === null ? "<nil>" : (written.get(inner) ?? String(inner)));
  for (const level of levels.reverse()) {
    if (Array.isArray(level)) written.set(level, `[${level.map(textOf).join(" ")}]`);
    else if (typeof level === "object" && level !== null) {
      const entries = Object.entries(level).sort(([a], [b]) => (a < b ? -1 : 1));
      written.set(level, `map[${entries.map(([key, inner]) => `${key}:${textOf(inner)}`).join(" ")}]`);
    }
  }
  return textOf(value);
}
