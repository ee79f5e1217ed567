/** Responses that are streams. Loaded by the first of them. */
import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ApiError } from "../errors/api-error.ts";
import type { Log } from "../log.ts";
import { type RequestContext, requestContext } from "../request/request-context.ts";
import type { StreamBody } from "./define-route.ts";
import { type Answer, isAnswered, type StreamAnswer, sendAnswer } from "./reply.ts";

/**
 * Sends a stream as it is made, no faster than its caller reads. It ends when the caller goes; the deadline
 * does not apply once it has begun. A failure before the first piece is answered like any other error; after
 * that, the connection is cut off.
 *
 * @param kind from the contract: an endless stream sends its head at once, and ends when the server stops.
 * @param maxBytes if responses are sent all at once: the stream is then collected first.
 * @throws ApiError 002500 for more than `maxBytes`, and whatever the stream throws.
 */
export async function sendStream(
  request: IncomingMessage,
  response: ServerResponse,
  answer: StreamAnswer,
  kind: "finite" | "endless",
  maxBytes: number | undefined,
): Promise<void> {
  const context = requestContext(request);
  const body = closable(answer.body);
  if (request.method === "HEAD" || isAnswered(response)) {
    await close(body, context.log);
    if (!isAnswered(response)) writeHead(response, answer).end();
    return;
  }
  // A stream that waits for its source would not notice otherwise.
  if (body instanceof Readable)
    context.signal.addEventListener("abort", () => body.on("error", () => {}).destroy(context.abortReason));
  if (maxBytes !== undefined)
    return sendAnswer(request, response, { ...answer, body: await collect(body, context, maxBytes) });

  let failure: unknown;
  const stream = Readable.from(
    pieces(body, context, (error) => {
      failure = error;
    }),
  );
  if (kind === "finite") await once(stream, "readable");
  if (isAnswered(response)) return close(stream, context.log);
  context.stream = kind;
  // Node warns about more than ten listeners, and a pipeline alone adds several.
  response.setMaxListeners(response.getMaxListeners() + 10);
  writeHead(response, answer).flushHeaders();
  try {
    await pipeline(stream, response);
  } catch {
    // The caller has gone, or the server has ended the response: neither is a fault of the stream.
    if (failure !== undefined) throw failure;
  } finally {
    // Ends a stream that is waiting for something other than its caller.
    context.abort(new Error("The response has ended"));
  }
}

function writeHead(response: ServerResponse, { status, headers, cookies }: Answer): ServerResponse {
  if (cookies.length > 0) response.appendHeader("set-cookie", cookies);
  return response.writeHead(status, STATUS_CODES[status] ?? "Unknown", headers);
}

/** @param onFailure receives the stream's error, unless it ended because the response is no longer needed. */
async function* pieces(
  body: StreamBody,
  context: RequestContext,
  onFailure: (error: unknown) => void = () => {},
): AsyncGenerator<string | Uint8Array> {
  try {
    for await (const piece of body) {
      if (typeof piece !== "string" && !((piece as unknown) instanceof Uint8Array))
        throw new TypeError(`A piece of the stream is of type ${typeof piece}; yield text or bytes`);
      context.responseLength += Buffer.byteLength(piece);
      yield piece;
    }
  } catch (error) {
    if (!context.abortReason) onFailure(error ?? new Error("The stream threw undefined"));
    throw error;
  }
}

async function collect(body: StreamBody, context: RequestContext, maxBytes: number): Promise<Uint8Array> {
  const collected: Buffer[] = [];
  for await (const piece of pieces(body, context)) {
    if (context.abortReason) throw context.abortReason;
    if (context.responseLength > maxBytes)
      throw new ApiError("002500", {
        reason: "Ask for less of it at a time",
        cause: new Error(`The stream has more than the ${maxBytes} bytes that Lambda accepts`),
      });
    collected.push(Buffer.from(piece));
  }
  return Buffer.concat(collected);
}

/** A web stream as a Node stream, which can be closed even while a piece is awaited. */
function closable(body: StreamBody): StreamBody {
  return body instanceof ReadableStream ? Readable.fromWeb(body, { objectMode: true }) : body;
}

/** Lets a stream release its resources. A failure is only logged: the response does not depend on it. */
async function close(body: StreamBody, log: Log): Promise<void> {
  const warn = (error: unknown) => log.warn("a stream could not be closed", { error });
  if (body instanceof Readable) body.on("error", warn).destroy();
  else await body[Symbol.asyncIterator]().return?.().catch(warn);
}
