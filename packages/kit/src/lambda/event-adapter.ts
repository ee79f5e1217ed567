/**
 * Runs a request listener for API Gateway's payload 2.0 events, with Node's own request and response on a
 * connection that collects the response (docs/decisions/0003-lambda-adapter.md).
 */
import { isUtf8 } from "node:buffer";
import { EventEmitter } from "node:events";
import http, { type IncomingMessage, type RequestListener } from "node:http";
import type { Socket } from "node:net";
import type { APIGatewayProxyEventV2, Context } from "aws-lambda";
import type { MessageClasses } from "../app.ts";
import { ApiError } from "../errors/api-error.ts";
import { encodePath, encodeQuery, stripStage } from "../request/request-path.ts";

/** A function's complete response to a payload 2.0 event. */
export interface HttpResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** The part of Lambda's context that this API reads. */
export type InvocationContext = Pick<
  Context,
  "awsRequestId" | "invokedFunctionArn" | "getRemainingTimeInMillis"
>;

/** A request made from an event. The event has the same property name as in serverless-http. */
export interface ApiGatewayRequest extends IncomingMessage {
  readonly apiGateway: { readonly event: APIGatewayProxyEventV2; readonly context: InvocationContext };
}

export type EventAdapter = (event: APIGatewayProxyEventV2, context: InvocationContext) => Promise<HttpResult>;

/** Lambda's limit for a response, as JSON, less what surrounds the body. */
export const MAX_RESULT_BYTES = 6 * 1024 * 1024 - 64 * 1024;

const REWRITTEN_HEADERS = new Set(["content-length", "transfer-encoding", "x-forwarded-for"]);
/**
 * Methods that give a body a meaning: a client states its length even if it is empty (RFC 9110, section 8.6).
 */
const METHODS_WITH_BODY = new Set(["POST", "PUT", "PATCH"]);
/** Headers of one connection (RFC 9110, section 7.6.1), and those that the gateway writes itself. */
const DROPPED_HEADERS = new Set([
  "connection",
  "content-length",
  "date",
  "keep-alive",
  "trailer",
  "transfer-encoding",
]);
const UTF8_TEXT =
  /^\s*(text\/[\w.+-]+|application\/(json|xml|javascript|x-www-form-urlencoded|[\w.-]+\+(json|xml))|image\/svg\+xml)\s*(;\s*charset="?utf-?8"?\s*)?$/i;

/**
 * Makes the function that answers an event.
 *
 * @param listener an Express app, or any request listener.
 * @param options.headers of every response, unless the listener sets its own. A header of the result costs a
 *   tenth of one on the response.
 * @param options.IncomingMessage the class of the requests, and `ServerResponse` of the responses. Default:
 *   Node's.
 * @returns a function that rejects when the listener destroys its request or response, or sends more than
 *   Lambda accepts; everything else is the listener's response.
 */
export function createEventAdapter(
  listener: RequestListener,
  {
    headers = {},
    IncomingMessage = http.IncomingMessage,
    ServerResponse = http.ServerResponse,
  }: Partial<MessageClasses> & { readonly headers?: Readonly<Record<string, string>> } = {},
): EventAdapter {
  return (event, context) =>
    new Promise((resolve, reject) => {
      const connection = new CollectingConnection(event.requestContext.http.sourceIp);
      const request = fillRequest(new IncomingMessage(connection as unknown as Socket), event);
      Object.assign(request, { apiGateway: { event, context } } satisfies Partial<ApiGatewayRequest>);
      const response = new ServerResponse(request);
      response.sendDate = false;
      response.assignSocket(connection as unknown as Socket);
      // Node's own handler, by which a response learns that its connection has closed.
      const [closeResponse] = connection.listeners("close");

      response.on("finish", () => {
        try {
          resolve(createResult(connection, request.method === "HEAD", headers));
        } catch (error) {
          reject(error);
        }
        // Like a server: it reads what the listener left unread, closes the response, and keeps the
        // connection.
        if (!request.readableDidRead) request.resume();
        process.nextTick(() => closeResponse?.call(connection));
      });
      connection.on("close", () => {
        if (response.writableFinished) return;
        reject(connection.errored ?? new Error("The response was destroyed before it was complete"));
        request.destroy(Object.assign(new Error("aborted"), { code: "ECONNRESET" }));
      });
      listener(request, response);
    });
}

/** Fills a new request with what a server would have received, and its whole body. */
function fillRequest(request: IncomingMessage, event: APIGatewayProxyEventV2): IncomingMessage {
  const { rawPath, rawQueryString, requestContext } = event;
  const body = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
  const headers = createRequestHeaders(event, body.length);
  request.httpVersion = "1.1";
  request.httpVersionMajor = 1;
  request.httpVersionMinor = 1;
  request.method = requestContext.http.method;
  request.url = encodePath(stripStage(rawPath, requestContext.stage));
  if (rawQueryString) request.url += `?${encodeQuery(rawQueryString)}`;
  request.headers = headers;
  const distinct: Record<string, string[]> = {};
  for (const name in headers) {
    const value = headers[name] ?? "";
    request.rawHeaders.push(name, value);
    distinct[name] = [value];
  }
  request.headersDistinct = distinct;
  if (body.length > 0) request.push(body);
  request.push(null);
  request.complete = true;
  return request;
}

/**
 * The headers as a server would have them: one cookie header, the body's real length, and an
 * `x-forwarded-for` without the gateway's peer, which is the address of the connection.
 */
function createRequestHeaders(event: APIGatewayProxyEventV2, length: number): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name in event.headers) {
    const value = event.headers[name];
    if (value !== undefined && !REWRITTEN_HEADERS.has(name)) headers[name] = value;
  }
  const forwardedFor = event.headers["x-forwarded-for"]?.split(",").slice(0, -1).join(",");
  if (forwardedFor) headers["x-forwarded-for"] = forwardedFor;
  if (event.cookies) headers.cookie = event.cookies.join("; ");
  if (length > 0 || METHODS_WITH_BODY.has(event.requestContext.http.method)) {
    headers["content-length"] = String(length);
  }
  return headers;
}

/** Status and headers as they were sent. */
type Head = Pick<HttpResult, "statusCode" | "headers" | "cookies">;

type Callback = (error?: Error) => void;

/**
 * The connection of one request and its response: what Node and its users expect of a socket. It receives an
 * HTTP/1.1 message whose head is one piece of text, as Node writes it.
 */
class CollectingConnection extends EventEmitter {
  readonly encrypted = true;
  readonly readable = true;
  /** As on a server's socket on Linux. */
  readonly writableHighWaterMark = 65_536;
  readonly writableLength = 0;
  /** Node's response counts its corks here. */
  readonly _writableState = { corked: 0 };
  readonly remoteAddress: string;
  writable = true;
  destroyed = false;
  errored: Error | null = null;
  head: Head | undefined;
  readonly body: (string | Buffer)[] = [];

  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }

  /** UTF-8 text stays text, as in most responses; bytes are copied, because their owner may reuse them. */
  write(
    data: string | Uint8Array,
    encoding?: BufferEncoding | Callback | null,
    callback?: Callback,
  ): boolean {
    const done = typeof encoding === "function" ? encoding : callback;
    const form = typeof encoding === "string" ? encoding : "utf8";
    const rest = typeof data === "string" ? this.#takeHead(data) : data;
    if (typeof rest !== "string") this.body.push(Buffer.from(rest));
    else if (rest !== "") this.body.push(form === "utf8" ? rest : Buffer.from(rest, form));
    if (typeof done === "function") process.nextTick(done);
    return true;
  }

  /** An interim head (1xx) is followed by another, which replaces it. */
  #takeHead(text: string): string {
    if (this.head && this.head.statusCode >= 200) return text;
    const end = text.indexOf("\r\n\r\n");
    this.head = parseHead(text.slice(0, end));
    return text.slice(end + 4);
  }

  /** A server's socket closes once it has sent everything: here, that is at once. */
  end(): this {
    return this.destroy();
  }

  destroy(error?: Error): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    this.writable = false;
    this.errored = error ?? null;
    process.nextTick(() => {
      if (error && this.listenerCount("error") > 0) this.emit("error", error);
      this.emit("close", error !== undefined);
    });
    return this;
  }

  address(): { readonly port: number } {
    return { port: 443 };
  }

  // Methods of a connection that change nothing on this one.
  cork(): void {}
  uncork(): void {}
  pause(): void {}
  resume(): void {}
  setTimeout(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
}

function parseHead(text: string): Head {
  const [statusLine = "", ...lines] = text.split("\r\n");
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 2);
    if (name === "set-cookie") cookies.push(value);
    else headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return { statusCode: Number(statusLine.split(" ")[1]), headers, cookies };
}

function createResult(
  { head, body }: CollectingConnection,
  isHead: boolean,
  constantHeaders: Readonly<Record<string, string>>,
): HttpResult {
  if (!head) throw new Error("The response has no head");
  const headers: Record<string, string> = { ...constantHeaders };
  for (const name in head.headers) {
    // The gateway sets the length itself, except for a response without a body.
    if (!DROPPED_HEADERS.has(name) || (isHead && name === "content-length")) {
      headers[name] = head.headers[name] ?? "";
    }
  }
  const [first = "", ...others] = body;
  const isChunked = head.headers["transfer-encoding"]?.toLowerCase().includes("chunked");
  const content =
    others.length === 0 && !isChunked ? first : Buffer.concat(body.map((piece) => toBytes(piece)));
  return {
    statusCode: head.statusCode,
    headers,
    cookies: head.cookies,
    ...encodeBody(isChunked ? joinChunks(toBytes(content)) : content, headers),
  };
}

/** @throws ApiError 002500 when the body, as JSON, is more than Lambda accepts. */
function encodeBody(
  content: string | Buffer,
  headers: Readonly<Record<string, string>>,
): Pick<HttpResult, "body" | "isBase64Encoded"> {
  const isBase64Encoded = content.length > 0 && !isText(content, headers);
  const body =
    typeof content === "string" && !isBase64Encoded
      ? content.toWellFormed()
      : toBytes(content).toString(isBase64Encoded ? "base64" : "utf8");
  // A character takes up to six bytes in JSON: only what might be too long is worth measuring.
  const size = body.length * 6 > MAX_RESULT_BYTES ? Buffer.byteLength(JSON.stringify(body)) : 0;
  if (size > MAX_RESULT_BYTES) {
    throw new ApiError("002500", {
      reason: "Ask for less of it at a time",
      cause: new Error(`The response has ${size} bytes; Lambda accepts ${MAX_RESULT_BYTES}`),
    });
  }
  return { body, isBase64Encoded };
}

/** Base64 is always right; text is sent as text only where nothing can be lost. */
function isText(content: string | Buffer, headers: Readonly<Record<string, string>>): boolean {
  return (
    headers["content-encoding"] === undefined &&
    UTF8_TEXT.test(headers["content-type"] ?? "") &&
    (typeof content === "string" || isUtf8(content))
  );
}

function toBytes(content: string | Buffer): Buffer {
  return typeof content === "string" ? Buffer.from(content) : content;
}

/** Takes the body out of the chunked form (RFC 9112, section 7.1), and drops its trailers. */
function joinChunks(bytes: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let start = 0; ; ) {
    const lineEnd = bytes.indexOf("\r\n", start);
    const size = Number.parseInt(bytes.toString("latin1", start, lineEnd), 16);
    if (!(size > 0)) return Buffer.concat(chunks);
    const end = lineEnd + 2 + size;
    chunks.push(bytes.subarray(lineEnd + 2, end));
    start = end + 2;
  }
}
