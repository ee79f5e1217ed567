import type { IncomingMessage } from "node:http";

/** Reg-name, IPv4 or IPv6, with a port (RFC 3986, section 3.2.2). */
const HOST = /^([\w.!~$&'()*+,;=%-]*|\[[\da-f:.]+\])(:\d{0,5})?$/i;
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
  if (!HOST.test(headers.host ?? "")) return "The Host header is not a host";
  if (url.includes("#")) return "The request target has a fragment";
  if (url.startsWith("/")) return undefined;
  const [origin, authority = ""] = ORIGIN.exec(url) ?? [];
  if (!origin || !HOST.test(authority)) return "The request target is not a path";
  const target = url.slice(origin.length);
  request.url = target.startsWith("/") ? target : `/${target}`;
  return undefined;
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
