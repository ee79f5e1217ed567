// A request as it came over the wire, read whole: an HTTP API buffers, it never streams (docs/behaviour.md §2.1).

import type { IncomingMessage } from "node:http";
import { type GatewayError, gatewayErrors } from "./gateway-error.ts";
import { limits } from "./limits.ts";

export interface HttpRequest {
  method: string;
  /** Still percent-encoded. */
  path: string;
  rawQueryString: string;
  /** Lower-case names; what was sent several times is joined with `,`, cookies with `;`. */
  headers: ReadonlyMap<string, string>;
  /** Without the port. */
  domainName: string;
  /** Empty also if it was too large. */
  body: Buffer;
  isBodyTooLarge: boolean;
  sourceIp: string;
  localPort: number;
}

export interface ReceivedRequest {
  request: HttpRequest;
  /** Set when the form of the request or the size of its headers is refused. */
  refusal?: GatewayError;
}

/** Rejects only if the client goes away before its request is complete. */
export async function readHttpRequest(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const headers = joinHeaders(incoming.rawHeaders);
  const hostHeader = headers.get("host") ?? "";
  const { path, query, host } = splitTarget(incoming.url ?? "/", hostHeader);
  const body = await readBody(incoming);
  const request: HttpRequest = {
    method: incoming.method ?? "GET",
    path,
    rawQueryString: query,
    headers,
    domainName: host.toLowerCase().replace(/:\d*$/, ""),
    body: body ?? Buffer.alloc(0),
    isBodyTooLarge: body === undefined,
    sourceIp: (incoming.socket.remoteAddress ?? "127.0.0.1").replace(/^::ffff:/, ""),
    localPort: incoming.socket.localPort ?? 0,
  };
  if (requestLineAndHeaderBytes(incoming) > limits.requestLineAndHeaderBytes) {
    return { request, refusal: gatewayErrors.headersTooLarge };
  }
  // Several host headers are joined by now.
  if (host === "" || hostHeader.includes(",") || !path.startsWith("/")) {
    return { request, refusal: gatewayErrors.badRequest };
  }
  return { request };
}

/** The service counts the request line and the values of the headers, not their names (§2.3). */
function requestLineAndHeaderBytes({ method, url, httpVersion, rawHeaders }: IncomingMessage): number {
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

/** Also takes the absolute form of RFC 9112 §3.2.2, whose authority goes before the host header. */
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
 * Gives `undefined` for a body over the limit. Its rest is read and thrown away, because a client that is still sending
 * would lose an answer that comes with a closed connection; only who sends several times the limit is cut off.
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
