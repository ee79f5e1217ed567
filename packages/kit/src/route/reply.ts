import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import { requestContext } from "../request/request-context.ts";
import { discardBody, hasLongRest } from "../request/unread-body.ts";
import type { RouteReply } from "./define-route.ts";

const JSON_TYPE = "application/json; charset=utf-8";

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
/** RFC 9110, section 5.5, without the bytes beyond ASCII: servers, gateways and clients do not agree on their encoding. */
const FIELD_VALUE = /^[\t\x20-\x7e]*$/;
/** What the server or the gateway says of the message and its connection (RFC 9110, section 7.6.1). */
const WRITTEN_BY_SERVER = new Set([
  "content-length",
  "date",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
/** RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5. */
const WITHOUT_BODY = new Set([204, 205, 304]);

/**
 * Decides what an answer may contain, for both runtimes.
 *
 * @returns the reply with header names in lower case, and without blanks around their values.
 * @throws TypeError that says what is wrong with it.
 */
export function wellFormedReply(reply: RouteReply): RouteReply {
  if (typeof reply !== "object" || reply === null)
    throw new TypeError(`${String(reply)} is not an answer; return { status, body }`);
  const { status, body, headers } = reply;
  if (!Number.isInteger(status) || status < 200 || status > 599)
    throw new TypeError(`The status ${JSON.stringify(status)} cannot be answered; use one from 200 to 599`);
  if (WITHOUT_BODY.has(status) && body !== undefined && body !== null && body !== "")
    throw new TypeError(`An answer of status ${status} has no body; return body: undefined`);
  return headers === undefined ? reply : { ...reply, headers: wellFormedHeaders(headers) };
}

function wellFormedHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (typeof headers !== "object" || headers === null || Symbol.iterator in headers)
    throw new TypeError("The headers must be an object of names and values");
  const named: Record<string, string> = {};
  for (const [given, value] of Object.entries(headers)) {
    if (!TOKEN.test(given)) throw new TypeError(`${JSON.stringify(given)} cannot be the name of a header`);
    const name = given.toLowerCase();
    if (WRITTEN_BY_SERVER.has(name) || (name === "connection" && value !== "close"))
      throw new TypeError(`The header ${name} is written by the server; leave it out`);
    if (typeof value !== "string") throw new TypeError(`The header ${name} must be a string`);
    if (!FIELD_VALUE.test(value))
      throw new TypeError(
        `The header ${name} must be of visible ASCII characters, blanks and tabs; encode others, as RFC 8187 does for a file's name`,
      );
    if (Object.hasOwn(named, name)) throw new TypeError(`The header ${name} is there twice`);
    named[name] = value.trim();
  }
  return named;
}

/**
 * Answers a request, unless it is answered already: by the deadline, say. A body that is neither text nor bytes is sent
 * as JSON.
 *
 * Where much of the request's body is still to come, the connection is closed after the answer.
 *
 * Nothing is cached unless the reply says so: answers depend on who asks.
 *
 * @param reply of `wellFormedReply`.
 * @throws TypeError for a body that cannot be written as JSON. Then nothing has been sent.
 */
export function sendReply(
  request: IncomingMessage,
  response: ServerResponse,
  reply: RouteReply,
  contentType = JSON_TYPE,
): void {
  if (isAnswered(response)) return;
  const context = requestContext(request);
  const body = WITHOUT_BODY.has(reply.status) ? undefined : encode(reply.body, contentType);
  const length = body === undefined ? 0 : Buffer.byteLength(body);
  context.responseLength = request.method === "HEAD" ? 0 : length;
  const headers: Record<string, string | number> = { "cache-control": "no-store" };
  if (body !== undefined) {
    headers["content-type"] = contentType;
    headers["content-length"] = length;
  }
  if (reply.headers) Object.assign(headers, reply.headers);
  if (reply.headers?.vary) headers.vary = alsoVary(response, reply.headers.vary);
  if (!request.complete && hasLongRest(request)) headers.connection = "close";
  // By its name: a middleware that failed may have left the phrase of another status.
  response.writeHead(reply.status, STATUS_CODES[reply.status] ?? "Unknown", headers);
  if (!request.complete && headers.connection === "close") {
    context.answeredAt = performance.now();
    response.flushHeaders();
    if (body !== undefined) response.write(body);
    void discardBody(request).then(() => response.end());
    return;
  }
  // What is all ASCII need not be encoded: Node then writes head and body together.
  response.end(body, typeof body === "string" && body.length === length ? "latin1" : "utf8");
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
function encode(body: unknown, contentType: string): string | Uint8Array | undefined {
  if (body === undefined || body instanceof Uint8Array) return body;
  if (typeof body === "string" && contentType !== JSON_TYPE) return body;
  const json: string | undefined = JSON.stringify(body);
  if (json === undefined) throw new TypeError(`The body cannot be written as JSON: it is a ${typeof body}`);
  return json;
}
