/**
 * Refuses what the app never sees: bytes that are not HTTP, and requests that must not reach the app. The
 * response has the form of all other errors, and a line in the access log.
 */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { ErrorCodes } from "../api.ts";
import type { Config } from "../config.ts";
import { ApiError, errorAnswer } from "../errors/api-error.ts";
import { type CatalogueEntry, catalogue, type ErrorCode } from "../errors/catalogue.ts";
import { hasRequestContext, requestContext } from "../request/request-context.ts";
import { requestIds, TraceContext } from "../request/request-ids.ts";
import { headersWithoutApp } from "../request/security-headers.ts";
import { type AccessLine, targetPath } from "./access-log.ts";

/** How long a caller has to read a response before its connection closes, with its remaining bytes unread. */
const LINGER_MILLISECONDS = 1_000;

export interface Refusal {
  readonly code: ErrorCode;
  readonly reason: string;
}

export interface Refusals {
  /** Responds to a request instead of the app. */
  answer(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void;
  /**
   * Responds on a connection itself, and closes it.
   *
   * @param underWay the response of the incomplete request, if there is one: it becomes this response.
   */
  close(socket: Socket, refusal: Refusal, underWay?: ServerResponse): void;
}

/**
 * @param options.errors the API's catalogue.
 * @param options.write where access log lines go.
 */
export function createRefusals(options: {
  readonly config: Pick<Config, "corsAllowOrigins">;
  readonly errors: ErrorCodes;
  readonly accessLine: AccessLine;
  readonly write: (line: string) => void;
}): Refusals {
  const { config, errors, accessLine, write } = options;

  function render({ code, reason }: Refusal, requestId: string, accept?: string) {
    const entry: CatalogueEntry = errors[code] ?? catalogue[code];
    const error = new ApiError(code, { reason });
    const { status, contentType, body } = errorAnswer(error, entry, requestId, accept);
    const text = JSON.stringify(body);
    const headers = {
      ...headersWithoutApp(config, requestId),
      "content-type": contentType,
      "content-length": Buffer.byteLength(text),
      connection: "close",
    };
    return { status, headers, text };
  }

  function log(
    socket: Socket,
    refusal: Refusal,
    requestId: string,
    status: number,
    request?: IncomingMessage,
  ): void {
    const headers = request?.headers ?? {};
    const trace = new TraceContext(headers, requestId);
    const line = accessLine({
      ids: requestIds({ requestId, lambdaRequestId: undefined }, headers, trace),
      receivedAt: Date.now(),
      host: headers.host,
      address: socket.remoteAddress,
      userAgent: headers["user-agent"],
      path: request?.url === undefined ? "-" : targetPath(request.url),
      protocol: request ? `HTTP/${request.httpVersion}` : "-",
      method: request?.method ?? "-",
      latencyMilliseconds: 0,
      error: refusal,
      status,
      requestBytes: 0,
      responseBytes: 0,
    });
    write(line);
  }

  return {
    answer(request, response, refusal) {
      const requestId = crypto.randomUUID();
      const { status, headers, text } = render(refusal, requestId, request.headers.accept);
      log(request.socket, refusal, requestId, status, request);
      response.writeHead(status, headers).end(text);
    },

    close(socket, refusal, underWay) {
      if (!socket.writable || underWay?.headersSent) {
        socket.destroy();
        return;
      }
      const context = underWay && hasRequestContext(underWay.req) ? requestContext(underWay.req) : undefined;
      const requestId = context?.requestId ?? crypto.randomUUID();
      const { status, headers, text } = render(refusal, requestId);
      if (underWay && context) {
        // The request has its own line, which reports this response once the connection is closed.
        context.error = refusal;
        context.answeredAt = performance.now();
        underWay.statusCode = status;
        context.abort(new Error(refusal.reason));
      } else log(socket, refusal, requestId, status);
      const lines = Object.entries({ ...headers, date: new Date().toUTCString() });
      socket.end(
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n` +
          `${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${text}`,
      );
      const linger = setTimeout(() => socket.destroy(), LINGER_MILLISECONDS);
      socket.on("close", () => clearTimeout(linger));
    },
  };
}

/**
 * The caller's message for an error of the parser or a time limit; `undefined` if the connection is simply
 * gone.
 */
export function refusalOf(error: NodeJS.ErrnoException, maxHeaderSize: number): Refusal | undefined {
  switch (error.code) {
    case "ECONNRESET":
    case "EPIPE":
      return undefined;
    case "HPE_HEADER_OVERFLOW":
      return { code: "001431", reason: `Request line and headers may have at most ${maxHeaderSize} bytes` };
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return { code: "001413", reason: "The extensions of a chunk are too long" };
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return { code: "001408", reason: "The headers did not arrive in time" };
    default:
      return { code: "001400", reason: "The request is not well-formed HTTP" };
  }
}
