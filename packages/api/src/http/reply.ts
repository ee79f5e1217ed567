import type { IncomingMessage, ServerResponse } from "node:http";
import { type ApiError, errorBody } from "../errors/api-error.ts";
import type { RouteReply } from "./define-route.ts";
import { requestContext } from "./request-context.ts";

const JSON_TYPE = "application/json; charset=utf-8";

/**
 * Answers a request. A body that is no string and no bytes is sent as JSON.
 *
 * Nothing is cached unless the reply says so: answers depend on who asks.
 */
export function sendReply(
  request: IncomingMessage,
  response: ServerResponse,
  reply: RouteReply,
  contentType = JSON_TYPE,
): void {
  const context = requestContext(request);
  const body = mayHaveBody(reply.status) ? encode(reply.body, contentType) : undefined;
  const length = body === undefined ? 0 : Buffer.byteLength(body);
  context.responseLength = request.method === "HEAD" ? 0 : length;
  const headers: Record<string, string | number> = { ...context.constantHeaders };
  headers["cache-control"] = "no-store";
  headers["x-request-id"] = context.requestId;
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

/** Answers with an error of the catalogue. */
export function sendError(request: IncomingMessage, response: ServerResponse, error: ApiError): void {
  const { requestId } = requestContext(request);
  sendReply(request, response, {
    status: error.status,
    body: errorBody(error, requestId),
    headers: error.headers,
  });
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
