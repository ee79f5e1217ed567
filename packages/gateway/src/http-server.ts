// The HTTP front: a node:http server that no client can crash, and whose own refusals look like the
// gateway's.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { errorAnswer } from "./answer.ts";
import { createRequestId } from "./event.ts";
import type { AnsweredExchange } from "./exchange.ts";
import { gatewayErrors } from "./gateway-error.ts";
import { type Refusal, refusedLine } from "./refused-line.ts";

export interface HttpServerOptions {
  /** `caller` aborts when the answer has been sent or the connection is gone. */
  onRequest: (incoming: IncomingMessage, outgoing: ServerResponse, caller: AbortSignal) => void;
  log: (line: string) => void;
  headersTimeoutMilliseconds: number;
  requestTimeoutMilliseconds: number;
}

interface Connection {
  unanswered: Map<IncomingMessage, AbortController>;
  /** Comes after the pending answers. */
  refusal?: Refusal;
}

// Limits what a client can make the gateway keep by pipelining (RFC 9112 §9.3.2) without reading answers.
const unansweredPerConnection = 16;

export function createHttpServer(options: HttpServerOptions): Server {
  const connections = new WeakMap<Duplex, Connection>();
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
    onRequest,
  );
  // By default, node:http drops headers after the 2,000th. Their total size is limited above.
  server.maxHeadersCount = 0;
  server.on("connection", onConnection);
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => refuse(socket, clientErrorOf(error)));
  server.on("checkExpectation", onRequest);
  server.on("connect", (_incoming, socket) =>
    refuse(socket, { error: gatewayErrors.badRequest, reason: "the method CONNECT" }),
  );
  return server;

  /** Answers that wait behind another one learn of a lost connection only here. */
  function onConnection(socket: Socket): void {
    const connection: Connection = { unanswered: new Map() };
    connections.set(socket, connection);
    socket.once("close", () => {
      for (const caller of connection.unanswered.values()) caller.abort();
    });
  }

  function onRequest(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { socket } = incoming;
    const connection = connections.get(socket);
    // What arrived after the excess request.
    if (!connection || socket.destroyed) return;
    if (connection.unanswered.size >= unansweredPerConnection) {
      options.log(
        `CLOSED a connection of ${sourceIpOf(socket)}: more than ${unansweredPerConnection} requests without a response`,
      );
      socket.destroy();
      return;
    }
    const caller = new AbortController();
    connection.unanswered.set(incoming, caller);
    outgoing.once("close", () => {
      connection.unanswered.delete(incoming);
      caller.abort();
      if (connection.refusal) refuse(socket, connection.refusal);
    });
    options.onRequest(incoming, outgoing, caller.signal);
  }

  /**
   * For bytes that never became a request: the answer is written by hand, after the pending ones, and the
   * connection ends.
   */
  function refuse(socket: Duplex, refusal: Refusal): void {
    const connection = connections.get(socket);
    if (connection && [...connection.unanswered.keys()].some(({ complete }) => complete)) {
      connection.refusal = refusal;
      return;
    }
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    const { statusCode, headers, body } = errorAnswer(refusal.error);
    const requestId = createRequestId();
    options.log(refusedLine(refusal, sourceIpOf(socket as Socket), requestId));
    const lines = [
      `HTTP/1.1 ${statusCode} ${refusal.error.message}`,
      ...headers.map(([name, value]) => `${name}: ${value}`),
      `date: ${new Date().toUTCString()}`,
      `content-length: ${body.length}`,
      `apigw-requestid: ${requestId}`,
      "connection: close",
    ];
    socket.end(`${lines.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
  }
}

/** An IPv4 address in its own form, even if the socket reports it as IPv6. */
export function sourceIpOf(socket: Socket): string {
  return (socket.remoteAddress ?? "127.0.0.1").replace(/^::ffff:/, "");
}

/** The gateway itself writes `date`, `content-length` and `apigw-requestid`. */
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

function clientErrorOf({ code = "" }: NodeJS.ErrnoException): Refusal {
  if (code === "HPE_HEADER_OVERFLOW") return { error: gatewayErrors.headersTooLarge, reason: code };
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return { error: gatewayErrors.requestTimeout, reason: code };
  return { error: gatewayErrors.badRequest, reason: code };
}
