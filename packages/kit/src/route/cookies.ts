/** Reads and writes cookies. Loaded by the first endpoint that has any. */
import { parseCookie, stringifySetCookie } from "cookie";
import type { Cookie } from "./define-route.ts";

/** @returns the values by name, decoded. */
export function readCookies(header: string | undefined): Record<string, unknown> {
  return { ...parseCookie(header ?? "") };
}

/**
 * Writes a `set-cookie` header (RFC 6265). The defaults are safe: `HttpOnly`, `Secure`, `SameSite=Lax`, and
 * this API's own path.
 *
 * @param basePath the public path of the API's root.
 * @throws TypeError for a cookie that a browser would drop.
 */
export function writeCookie(cookie: Cookie, basePath: string): string {
  const { name, value, maxAgeSeconds, domain, sameSite = "lax", httpOnly = true, secure = true } = cookie;
  const isOfHost = name.startsWith("__Host-");
  const { path = isOfHost ? "/" : basePath || "/" } = cookie;
  if (isOfHost && (!secure || path !== "/" || domain !== undefined))
    throw new TypeError(`The cookie ${name} must be secure, have the path / and no domain`);
  if ((sameSite === "none" || name.startsWith("__Secure-")) && !secure)
    throw new TypeError(`The cookie ${name} must be secure, or browsers drop it`);
  const written = stringifySetCookie({
    name,
    // Half of a surrogate pair cannot be encoded.
    value: value.toWellFormed(),
    path,
    sameSite,
    httpOnly,
    secure,
    ...(maxAgeSeconds !== undefined && { maxAge: maxAgeSeconds }),
    ...(domain !== undefined && { domain }),
  });
  if (written.length > MAX_COOKIE_BYTES)
    throw new TypeError(`The cookie ${name} has ${written.length} bytes; browsers keep ${MAX_COOKIE_BYTES}`);
  return written;
}

/** RFC 6265, section 6.1. */
const MAX_COOKIE_BYTES = 4096;
