import type { Config } from "../config.ts";

/**
 * The security headers of every response: helmet's defaults, as a constant, because none of them varies in an
 * API (a test compares the two).
 */
export const securityHeaders: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'self';base-uri 'self';font-src 'self' https: data:;form-action 'self';frame-ancestors 'self';img-src 'self' data:;object-src 'none';script-src 'self';script-src-attr 'none';style-src 'self' https: 'unsafe-inline';upgrade-insecure-requests",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "origin-agent-cluster": "?1",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=31536000; includeSubDomains",
  "x-content-type-options": "nosniff",
  "x-dns-prefetch-control": "off",
  "x-download-options": "noopen",
  "x-frame-options": "SAMEORIGIN",
  "x-permitted-cross-domain-policies": "none",
  "x-xss-protection": "0",
};

/**
 * Where origins are listed, a cache must not serve one origin's response to another (RFC 9110, section 12.5.5).
 */
export function varyHeaders({
  corsAllowOrigins,
}: Pick<Config, "corsAllowOrigins">): Readonly<Record<string, string>> {
  return corsAllowOrigins.includes("*") ? {} : { vary: "origin" };
}

/** The headers of an error that is answered without the app. */
export function headersWithoutApp(
  config: Pick<Config, "corsAllowOrigins">,
  requestId: string,
): Readonly<Record<string, string>> {
  return {
    ...securityHeaders,
    ...varyHeaders(config),
    "cache-control": "no-store",
    "content-type": "application/json; charset=utf-8",
    "x-request-id": requestId,
  };
}
