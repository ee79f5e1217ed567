/** Turns a handler's result into a response and sends it. Rarely needed parts are loaded on demand. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import { requestContext } from "../request/request-context.ts";
import { discardBody, hasLongRest } from "../request/unread-body.ts";
import type { Route, RouteReply, StreamBody } from "./define-route.ts";

const JSON_TYPE = "application/json; charset=utf-8";

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
/**
 * RFC 9110, section 5.5, but only ASCII, because servers, gateways and clients disagree on how to encode other characters.
 */
const FIELD_VALUE = /^[\t\x20-\x7e]*$/;
/**
 * Headers about the message and its connection (RFC 9110, section 7.6.1). The server or the gateway writes them.
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
/** RFC 9110, section 8.6. On a 304, `content-length` would describe a different response. */
const WITHOUT_LENGTH = new Set([204, 304]);

/** A smaller response fits into one packet even without compression. */
const MIN_COMPRESSED_BYTES = 1_024;
const COMPRESSIBLE =
  /^(text\/|application\/(.+\+)?(json|xml|yaml|javascript|x-ndjson|ndjson|jsonl|graphql)\b|image\/svg\+xml)/i;

/**
 * Checks that both runtimes can send the response.
 *
 * @returns the reply with lower-case header names and trimmed values.
 * @throws TypeError that says what is wrong with the reply.
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

/** A response as the kit sends it: whole, or as a stream. */
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

/** Whether a body is a web stream, a Node stream or an async iterator. */
export function isStream(body: unknown): body is StreamBody {
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body;
}

/**
 * Turns a reply into a response. A body that is neither text nor bytes becomes JSON.
 *
 * Responses depend on the caller, so they are not cached unless the reply says so.
 *
 * @param reply from `wellFormedReply`.
 * @throws TypeError for a body that JSON cannot express.
 */
export function encodeReply(
  { status, body, headers: given = {} }: RouteReply,
  contentType = JSON_TYPE,
): Answer {
  const content = WITHOUT_BODY.has(status) ? undefined : encode(body, contentType);
  const headers: Record<string, string> = { "cache-control": "no-store" };
  const cookies: string[] = [];
  if (content !== undefined) headers["content-type"] = contentType;
  for (const [name, value] of Object.entries(given)) {
    if (name === "set-cookie") cookies.push(value);
    else headers[name] = value;
  }
  return { status, headers, cookies, body: content } as Answer;
}

/**
 * Turns a reply into a complete response: adds its cookies and file name, and the route's `cache-control` and entity tag;
 * returns a 304 if the caller already has the content; and compresses large bodies. Streams get neither an entity tag nor
 * compression.
 *
 * @param basePath the public path of the API's root.
 * @throws TypeError for a body that JSON cannot express, and for an invalid cookie.
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
 * Sends a response, unless the request already has one, for example because its deadline has passed.
 *
 * If much of the request's body has not arrived yet, the connection closes after the response.
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
  // Middleware may have set other cookies.
  if (cookies.length > 0) response.appendHeader("set-cookie", cookies);
  if (!request.complete && hasLongRest(request)) headers.connection = "close";
  // Set explicitly, because middleware that failed may have left another status's phrase.
  response.writeHead(status, STATUS_CODES[status] ?? "Unknown", headers);
  if (!request.complete && headers.connection === "close") {
    context.answeredAt = performance.now();
    response.flushHeaders();
    if (body !== undefined) response.write(body);
    void discardBody(request).then(() => response.end());
    return;
  }
  // Node writes the head and the body together if the text is pure ASCII, which does not need encoding.
  response.end(body, typeof body === "string" && body.length === length ? "latin1" : "utf8");
}

/** Whether a response was already sent, or the caller has disconnected. */
export function isAnswered(response: ServerResponse): boolean {
  return response.headersSent || response.destroyed;
}

/** CORS may already have set `vary`, and both values count (RFC 9110, section 12.5.5). */
function alsoVary(response: ServerResponse, names: string): string {
  const before = response.getHeader("vary");
  return before === undefined ? names : `${before}, ${names}`;
}

/** Text stays text, because Node can then write the headers and the body together. */
function encode(body: unknown, contentType: string): string | Uint8Array | StreamBody | undefined {
  if (body === undefined || body instanceof Uint8Array || isStream(body)) return body;
  if (typeof body === "string" && contentType !== JSON_TYPE) return body;
  const json: string | undefined = JSON.stringify(body);
  if (json === undefined) throw new TypeError(`The body cannot be written as JSON: it is a ${typeof body}`);
  return json;
}
