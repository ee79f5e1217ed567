/**
 * Runs a request listener for API Gateway's payload 2.0 events. serverless-http does the translation; what it and the
 * gateway's own habits get wrong is put right before it and after it (docs/decisions/0003-lambda-adapter.md).
 */
import { isUtf8 } from "node:buffer";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { APIGatewayProxyEventV2, Context } from "aws-lambda";
import serverless from "serverless-http";
import { encodePath, stripStage } from "../request/request-path.ts";
import { type Exchange, repairExchange, repairResponses } from "./repair-exchange.ts";

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
const UTF8_TEXT =
  /^\s*(text\/[\w.+-]+|application\/(json|xml|javascript|x-www-form-urlencoded|[\w.-]+\+(json|xml))|image\/svg\+xml)\s*(;\s*charset="?utf-?8"?\s*)?$/i;

/**
 * Makes the function that answers an event.
 *
 * @param listener an Express app, or any request listener.
 * @param onRequest is told which event a request was made of, before the listener sees the request.
 * @param constantHeaders of every answer, unless the listener says otherwise. A header of the result costs a tenth of
 *   what one of the response does.
 * @returns a function that rejects when the listener destroys its request or response, or answers more than Lambda
 *   takes; everything else is the listener's answer.
 */
export function createEventAdapter(
  listener: RequestListener & { readonly response?: object },
  onRequest: (
    request: IncomingMessage,
    event: APIGatewayProxyEventV2,
    context: InvocationContext,
  ) => void = () => {},
  constantHeaders: Readonly<Record<string, string>> = {},
): EventAdapter {
  // An Express app gives its responses another prototype than serverless-http does.
  if (listener.response) repairResponses(listener.response);
  const respond = serverless(
    (request: IncomingMessage & { apiGateway: { event: PreparedEvent } }, response: ServerResponse) => {
      const { exchange } = request.apiGateway.event;
      repairExchange(request, response, exchange);
      onRequest(request, exchange.event, exchange.context);
      listener(request, response);
    },
    // The body is none of its business.
    { binary: false },
  );

  return (event, context) =>
    new Promise((resolve, reject) => {
      const exchange = createExchange(event, context, reject);
      const finish = (result: HttpResult) => resolve(finishResult(result, exchange.answer, constantHeaders));
      (respond(prepareEvent(exchange), context) as Promise<HttpResult>).then(finish).catch(reject);
    });
}

interface AnsweredEvent extends Exchange {
  readonly event: APIGatewayProxyEventV2;
  readonly context: InvocationContext;
}

/** What serverless-http needs of an event. */
interface PreparedEvent {
  readonly [name: string]: unknown;
  readonly exchange: AnsweredEvent;
}

function createExchange(
  event: APIGatewayProxyEventV2,
  context: InvocationContext,
  onCut: (error: Error) => void,
): AnsweredEvent {
  const body = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
  return { event, context, body, headers: prepareHeaders(event, body.length), answer: [], onCut };
}

/** Never seen by a listener. For an empty body serverless-http would tell its end, also to those who know. */
const SOME_BODY = Buffer.from("body");

/** In the form that a server would have received. Headers and body reach the request by the repair. */
function prepareEvent(exchange: AnsweredEvent): PreparedEvent {
  const { rawPath, rawQueryString, requestContext } = exchange.event;
  return {
    version: "2.0",
    rawPath: encodePath(stripStage(rawPath, requestContext.stage)),
    // The mark is written here, because it would be left out before a query that starts with another one.
    rawQueryString: rawQueryString && `?${rawQueryString}`,
    headers: {},
    requestContext: { http: { ...requestContext.http } },
    body: SOME_BODY,
    isBase64Encoded: false,
    exchange,
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
  if (length > 0) headers["content-length"] = String(length);
  return headers;
}

function finishResult(
  result: HttpResult,
  body: readonly Buffer[],
  constantHeaders: Readonly<Record<string, string>>,
): HttpResult {
  const headers: Record<string, string> = { ...constantHeaders };
  for (const name in result.headers) {
    if (!DROPPED_HEADERS.has(name)) headers[name] = result.headers[name] ?? "";
  }
  const cookie = result.headers["set-cookie"];
  const cookies = result.cookies.length > 0 ? result.cookies : cookie === undefined ? [] : [cookie];
  const bytes = body.length === 1 && body[0] ? body[0] : Buffer.concat(body);
  const isBase64Encoded = bytes.length > 0 && !isText(headers, bytes);
  const text = bytes.toString(isBase64Encoded ? "base64" : "utf8");
  // As JSON, in which a character takes up to six bytes: only what might be too long is worth counting.
  const size = text.length * 6 > MAX_RESULT_BYTES ? Buffer.byteLength(JSON.stringify(text)) : 0;
  if (size > MAX_RESULT_BYTES) {
    throw new RangeError(`The answer has ${size} bytes; Lambda takes ${MAX_RESULT_BYTES}`);
  }
  return {
    statusCode: result.statusCode,
    headers,
    cookies,
    body: text,
    isBase64Encoded,
  };
}

/** Base64 is always right; text is sent as text only where nothing can be lost. */
function isText(headers: Record<string, string>, bytes: Uint8Array): boolean {
  return (
    headers["content-encoding"] === undefined &&
    UTF8_TEXT.test(headers["content-type"] ?? "") &&
    isUtf8(bytes)
  );
}
