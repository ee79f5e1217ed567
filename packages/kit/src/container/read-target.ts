import type { IncomingMessage } from "node:http";
import { isIPv6 } from "node:net";

const AUTHORITY = /^(?:\[([\da-f:.]+)\]|([^[\]:]+))(?::(\d*))?$/i;
/** A name or an IPv4 address. A comma, which RFC 3986 has too, is what a proxy makes of two headers. */
const NAME = /^(?:[\w.!~$&'()*+;=-]|%[\da-f]{2})+$/i;
const MAXIMUM_PORT = 65_535;
const ORIGIN = /^https?:\/\/([^/?]*)/i;

/**
 * Gives a request's target the form that an app expects, a path. A server must take a whole URL too (RFC 9112, section 3.2.2);
 * its host changes nothing here.
 *
 * @returns why the request is to be refused with 400, if it is.
 */
export function readTarget(request: IncomingMessage): string | undefined {
  const { url = "", headers, rawHeaders, httpVersion } = request;
  const hosts = countHosts(rawHeaders);
  // RFC 9112, section 3.2.
  if (hosts > 1) return "The request has more than one Host header";
  if (hosts === 0 && httpVersion === "1.1") return "The request has no Host header";
  // An empty one leaves the server its default (RFC 9112, section 3.3).
  if (headers.host && !isAuthority(headers.host)) return "The Host header is not a host";
  if (url.includes("#")) return "The request target has a fragment";
  if (url.startsWith("/")) return undefined;
  const [origin, authority = ""] = ORIGIN.exec(url) ?? [];
  if (!origin || !isAuthority(authority)) return "The request target is not a path";
  const target = url.slice(origin.length);
  request.url = target.startsWith("/") ? target : `/${target}`;
  return undefined;
}

/** A host with or without a port (RFC 9110, section 7.2; RFC 3986, section 3.2.2). */
function isAuthority(text: string): boolean {
  const [, address = "", name = "", port = ""] = AUTHORITY.exec(text) ?? [];
  return (isIPv6(address) || NAME.test(name)) && Number(port) <= MAXIMUM_PORT;
}

/** Node keeps the first of several. */
function countHosts(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    if (name.length === 4 && name.toLowerCase() === "host") count += 1;
  }
  return count;
}
