/** An answer, from a handler's result to what is sent. Rarely needed parts are loaded on demand. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import { requestContext } from "../request/request-context.ts";
import { discardBody, hasLongRest } from "../request/unread-body.ts";
import type { Route, RouteReply, StreamBody } from "./define-route.ts";

const JSON_TYPE = "application/json; charset=utf-8";

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
/**
 * RFC 9110, section 5.5, without the bytes beyond ASCII: servers, gateways and clients do not agree on their
 * encoding.
 */
const FIELD_VALUE = /^[\t\x20-\x7e]*$/;
/**
 * Headers about the message and its connection (RFC 9110, section 7.6.1), which the server or the gateway
 * writes.
 */
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
export const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);
/** RFC 9110, section 8.6. On a 304 it would be the length of another answer. */
const WITHOUT_LENGTH = new Set([204, 304]);

/** A smaller answer is one packet, compressed or not. */
const MIN_COMPRESSED_BYTES = 1_024;
const COMPRESSIBLE =
  /^(text\/|application\/(.+\+)?(json|xml|yaml|javascript|x-ndjson|ndjson|jsonl|graphql)\b|image\/svg\+xml)/i;

/**
 * Checks what an answer may contain, for both runtimes.
 *
 * @returns the reply with header names in lower case and trimmed values.
 * @throws TypeError that says what is wrong with it.
 */
export function wellFormedReply(reply: RouteReply): RouteReply {
  if (typeof reply !== "object" || reply === null)
    throw new TypeError(`${String(reply)} is not a response; return { status, body }`);
  const { status, body, headers } = reply;
  if (!Number.isInteger(status) || status < 200 || status > 599)
    throw new TypeError(`The status ${JSON.stringify(status)} cannot be sent; use one from 200 to 599`);
  if (WITHOUT_BODY.has(status) && body !== undefined && body !== null && body !== "")
    throw new TypeError(`A response with status ${status} has no body; return body: undefined`);
  return headers === undefined ? reply : { ...reply, headers: wellFormedHeaders(headers) };
}

/** @throws TypeError for a header that cannot be sent. */
export function wellFormedHeaders(
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
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
        `The header ${name} may have only visible ASCII characters, spaces and tabs; encode others, as RFC 8187 does for file names`,
      );
    if (Object.hasOwn(named, name)) throw new TypeError(`The header ${name} is set twice`);
    named[name] = value.trim();
  }
  return named;
}

/** An answer as it is sent, at once or in pieces. */
export type Answer = WholeAnswer | StreamAnswer;

interface AnswerHead {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Values of `set-cookie`. */
  readonly cookies: readonly string[];
}

export interface WholeAnswer extends AnswerHead {
  readonly body: string | Uint8Array | undefined;
}

export interface StreamAnswer extends AnswerHead {
  readonly body: StreamBody;
}

export function isWhole(answer: Answer): answer is WholeAnswer {
  return !isStream(answer.body);
}

/** Whether a body comes in pieces: a Web or Node stream, or an async iterator. */
export function isStream(body: unknown): body is StreamBody {
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body;
}

/**
 * Makes the answer of a reply. A body that is neither text nor bytes becomes JSON.
 *
 * Answers are not cached unless the reply says so, because they depend on the caller.
 *
 * @param reply of `wellFormedReply`.
 * @throws TypeError for a body that cannot be written as JSON.
 */
export function encodeReply({ status, body, headers }: RouteReply, contentType = JSON_TYPE): Answer {
  const content = WITHOUT_BODY.has(status) ? undefined : encode(body, contentType);
  const { "set-cookie": cookie, ...others } = headers ?? {};
  const head = {
    status,
    headers: {
      "cache-control": "no-store",
      ...(content !== undefined && { "content-type": contentType }),
      ...others,
    },
    cookies: cookie === undefined ? [] : [cookie],
  };
  return isStream(content) ? { ...head, body: content } : { ...head, body: content };
}

/**
 * Makes the answer of a reply: with its cookies and file name, with the route's `cache-control` and entity
 * tag, as 304 if the caller has it, and compressed if that is worth it. A stream has no entity tag and is not
 * compressed.
 *
 * @param basePath the public path of the API's root.
 * @throws TypeError for a body that cannot be written as JSON, and for an invalid cookie.
 */
export async function finishAnswer(
  route: Pick<Route, "cacheControl" | "etag" | "role">,
  { method, headers: requested }: IncomingMessage,
  reply: RouteReply,
  contentType: string | undefined,
  basePath: string,
): Promise<Answer> {
  let answer = encodeReply(reply, contentType);
  if (reply.cookies) {
    const { writeCookie } = await import("./cookies.ts");
    const written = reply.cookies.map((cookie) => writeCookie(cookie, basePath));
    answer = { ...answer, cookies: [...answer.cookies, ...written] };
  }
  if (reply.file) {
    const { create } = await import("content-disposition");
    const { name, disposition = "attachment" } = reply.file;
    answer = withHeader(answer, "content-disposition", create(name.toWellFormed(), { type: disposition }));
  }
  if (route.cacheControl && !reply.headers?.["cache-control"])
    answer = withHeader(answer, "cache-control", route.cacheControl);
  if (!isWhole(answer)) return answer;
  const isRead = method === "GET" || method === "HEAD";
  const isCompressible = isWorthCompressing(answer);
  if (isCompressible) answer = withHeader(answer, "vary", withName(answer.headers.vary, "accept-encoding"));
  if (route.etag && isRead && answer.status === 200)
    answer = (await import("./not-modified.ts")).revalidate(answer, requested["if-none-match"]);
  const { "accept-encoding": accepted } = requested;
  if (!isCompressible || accepted === undefined || accepted === "identity") return answer;
  const lasting = route.role === "docs" ? reply.body : undefined;
  return (await import("./compress.ts")).compress(answer, String(accepted), lasting);
}

function isWorthCompressing({ status, headers, body }: WholeAnswer): boolean {
  if (body === undefined || body.length < MIN_COMPRESSED_BYTES || status === 206) return false;
  if (headers["content-encoding"] !== undefined) return false;
  // RFC 9111, section 5.2.2.6.
  if (headers["cache-control"]?.includes("no-transform")) return false;
  return COMPRESSIBLE.test(headers["content-type"] ?? "");
}

function withHeader<Kind extends Answer>(answer: Kind, name: string, value: string): Kind {
  return { ...answer, headers: { ...answer.headers, [name]: value } };
}

function withName(names: string | undefined, name: string): string {
  if (names === undefined) return name;
  return names.toLowerCase().includes(name) ? names : `${names}, ${name}`;
}

/**
 * Answers a request, unless it is already answered, by the deadline for example.
 *
 * If much of the request's body is still to come, the connection is closed after the answer.
 */
export function sendAnswer(request: IncomingMessage, response: ServerResponse, answer: WholeAnswer): void {
  if (isAnswered(response)) return;
  const context = requestContext(request);
  const { status, body, cookies } = answer;
  const length = body === undefined ? 0 : Buffer.byteLength(body);
  context.responseLength = request.method === "HEAD" ? 0 : length;
  const headers: Record<string, string | number> = { ...answer.headers };
  if (body !== undefined || !WITHOUT_LENGTH.has(status)) headers["content-length"] = length;
  if (headers.vary) headers.vary = alsoVary(response, String(headers.vary));
  // Middleware may have set others.
  if (cookies.length > 0) response.appendHeader("set-cookie", cookies);
  if (!request.complete && hasLongRest(request)) headers.connection = "close";
  // Set explicitly: middleware that failed may have left the phrase of another status.
  response.writeHead(status, STATUS_CODES[status] ?? "Unknown", headers);
  if (!request.complete && headers.connection === "close") {
    context.answeredAt = performance.now();
    response.flushHeaders();
    if (body !== undefined) response.write(body);
    void discardBody(request).then(() => response.end());
    return;
  }
  // Pure ASCII needs no encoding: Node then writes head and body together.
  response.end(body, typeof body === "string" && body.length === length ? "latin1" : "utf8");
}

/** Whether the answer was already sent, by the deadline or by the endpoint itself, or the caller has gone. */
export function isAnswered(response: ServerResponse): boolean {
  return response.headersSent || response.destroyed;
}

/** CORS may already have set a header here; both count (RFC 9110, section 12.5.5). */
function alsoVary(response: ServerResponse, names: string): string {
  const before = response.getHeader("vary");
  return before === undefined ? names : `${before}, ${names}`;
}

/** Text stays text: Node then writes headers and body together. */
function encode(body: unknown, contentType: string): string | Uint8Array | StreamBody | undefined {
  if (body === undefined || body instanceof Uint8Array || isStream(body)) return body;
  if (typeof body === "string" && contentType !== JSON_TYPE) return body;
  const json: string | undefined = JSON.stringify(body);
  if (json === undefined) throw new TypeError(`The body cannot be written as JSON: it is a ${typeof body}`);
  return json;
}
