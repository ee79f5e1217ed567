// The HTTP front: a node:http server that nothing a client sends can take down, and whose own refusals look like the
// gateway's.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { errorAnswer } from "./answer.ts";
import { createRequestId } from "./event.ts";
import type { AnsweredExchange } from "./exchange.ts";
import { type GatewayError, gatewayErrors } from "./gateway-error.ts";

export interface HttpServerOptions {
  onRequest: (incoming: IncomingMessage, outgoing: ServerResponse) => void;
  headersTimeoutMilliseconds: number;
  requestTimeoutMilliseconds: number;
}

export function createHttpServer(options: HttpServerOptions): Server {
  const server = createServer(
    {
      // Above the gateway's own limit, so that the gateway measures and answers.
      maxHeaderSize: 64 * 1024,
      insecureHTTPParser: false,
      requireHostHeader: false,
      headersTimeout: options.headersTimeoutMilliseconds,
      keepAliveTimeout: 60_000,
      requestTimeout: options.requestTimeoutMilliseconds,
      connectionsCheckingInterval: Math.min(1_000, Math.ceil(options.headersTimeoutMilliseconds / 2)),
    },
    options.onRequest,
  );
  // Without this node:http would leave out what comes after the 2,000th header. Their size is limited above.
  server.maxHeadersCount = 0;
  server.on("clientError", (error: NodeJS.ErrnoException, socket) =>
    refuseOnSocket(socket, clientErrorOf(error)),
  );
  server.on("checkExpectation", options.onRequest);
  server.on("connect", (_incoming, socket) => refuseOnSocket(socket, gatewayErrors.badRequest));
  return server;
}

/** `date`, `content-length` and `apigw-requestid` are the gateway's to write. */
export function sendAnswer(outgoing: ServerResponse, { request, requestId, answer }: AnsweredExchange): void {
  const { statusCode, headers, body } = answer;
  const isHead = request.method === "HEAD";
  const lengthOfGet = isHead ? headers.find(([name]) => name === "content-length") : undefined;
  const lines = headers.filter(([name]) => name !== "content-length");
  const hasContent = statusCode !== 204 && statusCode !== 304;
  if (hasContent) lines.push(lengthOfGet ?? ["content-length", String(body.length)]);
  lines.push(["apigw-requestid", requestId]);
  outgoing.writeHead(statusCode, lines.flat());
  outgoing.end(isHead ? undefined : body);
}

function clientErrorOf(error: NodeJS.ErrnoException): GatewayError {
  if (error.code === "HPE_HEADER_OVERFLOW") return gatewayErrors.headersTooLarge;
  if (error.code === "ERR_HTTP_REQUEST_TIMEOUT") return gatewayErrors.requestTimeout;
  return gatewayErrors.badRequest;
}

/** For what never became a request: the answer is written by hand and the connection ends. */
function refuseOnSocket(socket: Duplex, error: GatewayError): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { statusCode, headers, body } = errorAnswer(error);
  const lines = [
    `HTTP/1.1 ${statusCode} ${error.message}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    `date: ${new Date().toUTCString()}`,
    `content-length: ${body.length}`,
    `apigw-requestid: ${createRequestId()}`,
    "connection: close",
  ];
  socket.end(`${lines.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}
