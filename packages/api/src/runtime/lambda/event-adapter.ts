/**
 * Runs a request listener for API Gateway's payload 2.0 events. serverless-http does the translation; what it and the
 * gateway's own habits get wrong is put right before it and after it (docs/decisions/0003-lambda-adapter.md).
 */
import { isUtf8 } from "node:buffer";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { APIGatewayProxyEventV2, Context } from "aws-lambda";
import serverless from "serverless-http";
import { encodePath, stripStage } from "../../http/request-path.ts";
import { repairExchange } from "./repair-exchange.ts";

/** What a function answers for a payload 2.0 event, with nothing left out. */
export interface HttpResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** The part of Lambda's context that this API looks at. */
export type InvocationContext = Pick<
  Context,
  "awsRequestId" | "invokedFunctionArn" | "getRemainingTimeInMillis"
>;

export type EventAdapter = (event: APIGatewayProxyEventV2, context: InvocationContext) => Promise<HttpResult>;

/** Lambda's limit for an answer, as JSON, less what surrounds the body. */
export const MAX_RESULT_BYTES = 6 * 1024 * 1024 - 64 * 1024;

const REWRITTEN_HEADERS = new Set(["content-length", "transfer-encoding", "x-forwarded-for"]);
/**
 * Headers of one connection (RFC 9110, section 7.6.1), the length, which the gateway counts itself, and cookies, which
 * have a place of their own.
 */
const DROPPED_HEADERS = new Set([
  "connection",
  "content-length",
  "date",
  "keep-alive",
  "set-cookie",
  "transfer-encoding",
]);
const TEXT_TYPE =
  /^(text\/[\w.+-]+|application\/(json|xml|javascript|x-www-form-urlencoded|[\w.-]+\+(json|xml))|image\/svg\+xml)$/;

/**
 * Makes the function that answers an event.
 *
 * @param listener an Express app, or any request listener.
 * @param onRequest is told which event a request was made of, before the listener sees the request.
 * @returns a function that rejects when the listener destroys its request or response, or answers more than Lambda
 *   takes; everything else is the listener's answer.
 * @param constantHeaders of every answer, unless the listener says otherwise. A header of the result costs a tenth of
 *   what one of the response does.
 */
export function createEventAdapter(
  listener: RequestListener,
  onRequest: (
    request: IncomingMessage,
    event: APIGatewayProxyEventV2,
    context: InvocationContext,
  ) => void = () => {},
  constantHeaders: Readonly<Record<string, string>> = {},
): EventAdapter {
  const respond = serverless(
    (request: IncomingMessage & { apiGateway: { event: PreparedEvent } }, response: ServerResponse) => {
      request.apiGateway.event.start?.(request, response);
    },
    // Bytes in base64, whatever they are: which of them are text is decided below.
    { binary: true },
  );

  return async (event, context) => {
    const prepared = prepareEvent(event);
    const cut = Promise.withResolvers<never>();
    prepared.start = (request, response) => {
      repairExchange(request, response, cut.reject);
      onRequest(request, event, context);
      listener(request, response);
    };
    const result = await Promise.race([respond(prepared, context) as Promise<HttpResult>, cut.promise]);
    return finishResult(result, event.requestContext.http.method, constantHeaders);
  };
}

interface PreparedEvent {
  readonly [name: string]: unknown;
  /** What is to be done with the request that was made of this event. */
  start?: (request: IncomingMessage, response: ServerResponse) => void;
}

/** Copies of an event what the translation needs, in the form that a server would have received it. */
function prepareEvent(event: APIGatewayProxyEventV2): PreparedEvent {
  const { rawPath, rawQueryString, requestContext, body = "", isBase64Encoded } = event;
  const bytes = Buffer.from(body, isBase64Encoded ? "base64" : "utf8");
  return {
    version: "2.0",
    rawPath: encodePath(stripStage(rawPath, requestContext.stage)),
    // The mark is written here, because it would be left out before a query that starts with another one.
    rawQueryString: rawQueryString && `?${rawQueryString}`,
    headers: prepareHeaders(event, bytes.length),
    requestContext: { http: { ...requestContext.http } },
    body: bytes,
    isBase64Encoded: false,
  };
}

/**
 * The headers as a server would have them: a cookie header, the length that the body really has and none where there
 * is no body, and an `x-forwarded-for` without the gateway's own peer, which is the address of the connection.
 */
function prepareHeaders(event: APIGatewayProxyEventV2, length: number): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name in event.headers) {
    const value = event.headers[name];
    if (value !== undefined && !REWRITTEN_HEADERS.has(name)) headers[name] = value;
  }
  const forwardedFor = event.headers["x-forwarded-for"]?.split(",").slice(0, -1).join(",");
  if (forwardedFor) headers["x-forwarded-for"] = forwardedFor;
  if (event.cookies) headers.cookie = event.cookies.join("; ");
  // A blank keeps serverless-http from writing a length of its own; it is taken away again.
  headers["content-length"] = length > 0 ? String(length) : "";
  return headers;
}

function finishResult(
  result: HttpResult,
  method: string,
  constantHeaders: Readonly<Record<string, string>>,
): HttpResult {
  const headers: Record<string, string> = { ...constantHeaders };
  for (const name in result.headers) {
    if (!DROPPED_HEADERS.has(name)) headers[name] = result.headers[name] ?? "";
  }
  const cookie = result.headers["set-cookie"];
  const cookies = result.cookies.length > 0 ? result.cookies : cookie === undefined ? [] : [cookie];
  const isBodiless = method === "HEAD" || result.statusCode === 204 || result.statusCode === 304;
  const bytes = Buffer.from(isBodiless ? "" : result.body, "base64");
  const isBase64Encoded = bytes.length > 0 && !isText(headers, bytes);
  const body = bytes.toString(isBase64Encoded ? "base64" : "utf8");
  // As JSON, in which a character takes up to six bytes: only what might be too long is worth counting.
  const size = body.length * 6 > MAX_RESULT_BYTES ? Buffer.byteLength(JSON.stringify(body)) : 0;
  if (size > MAX_RESULT_BYTES) {
    throw new RangeError(`The answer has ${size} bytes; Lambda takes ${MAX_RESULT_BYTES}`);
  }
  return {
    statusCode: result.statusCode,
    headers,
    cookies,
    body,
    isBase64Encoded,
  };
}

/** Base64 is always right; text is sent as text only where nothing can be lost. */
function isText(headers: Record<string, string>, bytes: Uint8Array): boolean {
  const [type = "", ...parameters] = (headers["content-type"] ?? "").toLowerCase().split(";");
  const charset = parameters
    .map((parameter) => parameter.trim())
    .find((parameter) => parameter.startsWith("charset="));
  const saysUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  return (
    headers["content-encoding"] === undefined && saysUtf8 && TEXT_TYPE.test(type.trim()) && isUtf8(bytes)
  );
}
