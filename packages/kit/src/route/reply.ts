import type { IncomingMessage, ServerResponse } from "node:http";
import { requestContext } from "../request/request-context.ts";
import type { RouteReply } from "./define-route.ts";

const JSON_TYPE = "application/json; charset=utf-8";

/**
 * Answers a request, unless it is answered already: by the deadline, say. A body that is neither text nor bytes is sent
 * as JSON.
 *
 * Nothing is cached unless the reply says so: answers depend on who asks.
 */
export function sendReply(
  request: IncomingMessage,
  response: ServerResponse,
  reply: RouteReply,
  contentType = JSON_TYPE,
): void {
  if (isAnswered(response)) return;
  const context = requestContext(request);
  const body = mayHaveBody(reply.status) ? encode(reply.body, contentType) : undefined;
  const length = body === undefined ? 0 : Buffer.byteLength(body);
  context.responseLength = request.method === "HEAD" ? 0 : length;
  const headers: Record<string, string | number> = { "cache-control": "no-store" };
  if (body !== undefined) {
    headers["content-type"] = contentType;
    headers["content-length"] = length;
  }
  if (reply.headers) Object.assign(headers, reply.headers);
  if (reply.headers?.vary) headers.vary = alsoVary(response, reply.headers.vary);
  response.writeHead(reply.status, headers);
  // What is all ASCII need not be encoded. Node writes headers in the same encoding, and those of a reply may be anything.
  const isAscii = typeof body === "string" && body.length === length && reply.headers === undefined;
  response.end(body, isAscii ? "latin1" : "utf8");
}

/** Whether the answer has been sent already, by the deadline or by the endpoint itself, or the caller has gone. */
export function isAnswered(response: ServerResponse): boolean {
  return response.headersSent || response.destroyed;
}

/** CORS may have named a header already; both count (RFC 9110, section 12.5.5). */
function alsoVary(response: ServerResponse, names: string): string {
  const before = response.getHeader("vary");
  return before === undefined ? names : `${before}, ${names}`;
}

/** Text stays text: Node then writes headers and body together. */
function encode(body: unknown, contentType: string): string | Uint8Array {
  if (body instanceof Uint8Array) return body;
  return typeof body === "string" && contentType !== JSON_TYPE ? body : JSON.stringify(body);
}

/** RFC 9110, sections 15.3.5 and 15.4.5. */
function mayHaveBody(status: number): boolean {
  return status !== 204 && status !== 304;
}
