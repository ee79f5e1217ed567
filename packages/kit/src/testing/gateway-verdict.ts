/**
 * A stand-in for API Gateway's JWT authorizer in tests of the bare handler: verifies a token as the gateway does and
 * flattens its claims as the gateway does.
 */
import { createPublicKey, verify } from "node:crypto";
import type { TrustedIssuer } from "./test-issuer.ts";

/** @returns `requestContext.authorizer` for a token that the gateway lets pass, `undefined` for one that it refuses. */
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

/** Claims as strings in Go's format; a claim that is null is left out. */
export function flatten(claims: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(claims)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, goFormat(value)]),
  );
}

function goFormat(value: unknown): string {
  if (value === null) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(goFormat).join(" ")}]`;
  if (typeof value === "object") {
    const entries = Object.entries(value as object).sort(([a], [b]) => (a < b ? -1 : 1));
    return `map[${entries.map(([key, inner]) => `${key}:${goFormat(inner)}`).join(" ")}]`;
  }
  return String(value);
}
