// A request as received, read completely: an HTTP API buffers, it never streams (docs/behaviour.md §2.1).

import type { IncomingMessage } from "node:http";
import { isIPv6 } from "node:net";
import { gatewayErrors } from "./gateway-error.ts";
import { sourceIpOf } from "./http-server.ts";
import { limits } from "./limits.ts";
import type { Refusal } from "./refused-line.ts";

export interface HttpRequest {
  method: string;
  /** Still percent-encoded. */
  path: string;
  rawQueryString: string;
  /** Lower-case names; repeated headers are joined with `,`, cookies with `;`. */
  headers: ReadonlyMap<string, string>;
  /** Without the port. */
  domainName: string;
  /** Also empty if it was too large. */
  body: Buffer;
  isBodyTooLarge: boolean;
  sourceIp: string;
  localPort: number;
}

export interface ReceivedRequest {
  request: HttpRequest;
  /** Set if the form of the request or the size of its headers is refused. */
  refusal?: Refusal;
}

/** Rejects only if the client leaves before its request is complete. */
export async function readHttpRequest(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const { refusal, ...head } = readHead(incoming);
  const body = await readBody(incoming);
  const request: HttpRequest = {
    ...head,
    body: body ?? Buffer.alloc(0),
    isBodyTooLarge: body === undefined,
    sourceIp: sourceIpOf(incoming.socket),
    localPort: incoming.socket.localPort ?? 0,
  };
  return refusal ? { request, refusal } : { request };
}

export type RequestHead = Pick<IncomingMessage, "method" | "url" | "httpVersion" | "rawHeaders">;

/** Request line and headers. */
export function readHead(head: RequestHead) {
  const headers = joinHeaders(head.rawHeaders);
  const { path, query, host } = splitTarget(head.url ?? "/", headers.get("host") ?? "");
  return {
    method: head.method ?? "GET",
    path,
    rawQueryString: query,
    headers,
    domainName: host.toLowerCase().replace(/:\d*$/, ""),
    refusal: refusalOf(head, path, host),
  };
}

function refusalOf(head: RequestHead, path: string, host: string): Refusal | undefined {
  const bytes = requestLineAndHeaderBytes(head);
  if (bytes > limits.requestLineAndHeaderBytes) {
    const reason = `request line and header values of ${bytes} bytes, over ${limits.requestLineAndHeaderBytes}`;
    return { error: gatewayErrors.headersTooLarge, reason };
  }
  const reason = malformationOf(head, path, host);
  return reason === undefined ? undefined : { error: gatewayErrors.badRequest, reason };
}

const authority = /^(?:\[([\da-f:.]+)\]|([^[\]:]+))(?::(\d*))?$/i;
// RFC 3986 §3.2.2 without the comma, which a proxy uses to join two headers.
const hostName = /^(?:[\w.!~$&'()*+;=-]|%[\da-f]{2})+$/i;
const maximumPort = 65_535;

/** RFC 9112 §3.2: one Host header, and a target without a fragment. */
function malformationOf({ rawHeaders, url = "" }: RequestHead, path: string, host: string) {
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && /^host$/i.test(name)).length;
  if (hosts > 1) return `${hosts} Host headers`;
  if (!isAuthority(host)) return host === "" ? "no Host header" : "an invalid host";
  if (url.includes("#")) return "a request target with a fragment";
  return path.startsWith("/") ? undefined : "a request target that is not a path";
}

/** A host with or without a port (RFC 9110 §7.2). */
function isAuthority(text: string): boolean {
  const [, address = "", name = "", port = ""] = authority.exec(text) ?? [];
  return (isIPv6(address) || hostName.test(name)) && Number(port) <= maximumPort;
}

/** The service counts the request line and the values of the headers, not their names (§2.3). */
function requestLineAndHeaderBytes({ method, url, httpVersion, rawHeaders }: RequestHead): number {
  const requestLine = `${method} ${url} HTTP/${httpVersion}`;
  return rawHeaders.reduce(
    (sum, text, index) => sum + (index % 2 === 1 ? text.length : 0),
    requestLine.length,
  );
}

function joinHeaders(rawHeaders: readonly string[]): ReadonlyMap<string, string> {
  const joined = new Map<string, string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? "").toLowerCase();
    const value = rawHeaders[index + 1] ?? "";
    const earlier = joined.get(name);
    joined.set(name, earlier === undefined ? value : `${earlier}${name === "cookie" ? ";" : ","}${value}`);
  }
  return joined;
}

/**
 * Also accepts the absolute form of RFC 9112 §3.2.2, whose authority takes precedence over the host header.
 */
function splitTarget(target: string, hostHeader: string): { path: string; query: string; host: string } {
  const absolute = /^https?:\/\/([^/?#]+)([^#]*)/i.exec(target);
  const host = absolute?.[1] ?? hostHeader;
  const local = absolute ? (absolute[2] ?? "") : target;
  const mark = local.indexOf("?");
  const path = mark === -1 ? local : local.slice(0, mark);
  const query = mark === -1 ? "" : local.slice(mark + 1);
  return { path: absolute && path === "" ? "/" : path, query, host };
}

/**
 * Returns `undefined` for a body over the limit. The rest is read and discarded, because a client that is
 * still sending would lose an answer on a closed connection; only a client that sends several times the limit
 * is cut off.
 */
async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= limits.payloadBytes) chunks.push(chunk);
    else chunks.length = 0;
    if (bytes > 4 * limits.payloadBytes) incoming.destroy();
  }
  return bytes <= limits.payloadBytes ? Buffer.concat(chunks) : undefined;
}
