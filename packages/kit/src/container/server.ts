import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import { type AddressInfo, Server as NetServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Express } from "express";
import type { Api } from "../api.ts";
import { createApp, messageClasses } from "../app.ts";
import { type Config, ConfigError } from "../config.ts";
import type { Log } from "../log.ts";
import { release } from "../release.ts";
import { hasRequestContext, requestContext } from "../request/request-context.ts";
import { discardBody } from "../request/unread-body.ts";
import { createServices } from "../services.ts";
import { startTracing } from "../tracing/tracing.ts";
import { createAccessLine } from "./access-log.ts";
import { createContainerRuntime, readTarget } from "./container-runtime.ts";
import { createRefusals, type Refusal, refusalOf } from "./refusals.ts";

const LIMITS = {
  /** The limit for request line and headers, as at API Gateway. */
  maxHeaderSize: 10_240,
  headersTimeout: 10_000,
  /** Bodies have their own time limits, whose errors the API answers. */
  requestTimeout: 0,
  /** How often header timeouts are checked. With Node's default of 30 s, a limit of 10 s could take 40. */
  connectionsCheckingInterval: 1_000,
  /** Longer than a load balancer's 60 s: the side that reuses connections must close them first. */
  keepAliveTimeout: 65_000,
} satisfies ServerOptions;

/** How long a kept-alive connection may still send a request; its response then closes the connection. */
const LINGER_MILLISECONDS = 1_000;

export interface RunningServer {
  /** `http://127.0.0.1:5000`. */
  readonly url: string;
  /** Makes the health endpoint return 503. All other requests are answered as before. */
  announceStop(): void;
  /**
   * Stops: takes no new connections, and answers requests in flight and those that come on an idle connection
   * within a second.
   *
   * @param forceAfterMilliseconds when to cut off the rest.
   * @returns whether anything was cut off.
   */
  stop(forceAfterMilliseconds: number): Promise<{ readonly wasForced: boolean }>;
}

export interface ServerSettings {
  readonly config: Config;
  readonly log: Log;
  /** Where access log lines go. */
  readonly write: (line: string) => void;
  /** Replacements for the API's services, for tests. */
  readonly services?: Readonly<Record<string, unknown>>;
  /** Receives the app before its first request: `app.use(...)`. */
  readonly configure?: ((app: Express) => void) | undefined;
  readonly limits?: Partial<typeof LIMITS>;
}

/**
 * Starts the API on `config.host` and `config.port`. Once it is stopped and all requests are answered, its
 * services are closed.
 *
 * @throws ConfigError when the port is taken or privileged, or when the host is not an address of this
 *   machine.
 */
export async function startServer(
  api: Api,
  { config, log, write, services: replaced = {}, configure, limits = {} }: ServerSettings,
): Promise<RunningServer> {
  const inFlight = new Set<ServerResponse>();
  const { services, close: closeServices } = createServices(api.services, { config, log, replaced });
  let isStopping = false;
  const runtime = createContainerRuntime({
    config,
    log,
    write,
    release: release(api),
    isStopping: () => isStopping,
  });
  const tracing = await startTracing(api, config, log);
  const app = createApp({
    api,
    config,
    log,
    runtime,
    services,
    tracing: tracing && Promise.resolve(tracing),
  });
  configure?.(app);
  const serverLimits = { ...LIMITS, ...limits };
  const server = createServer({
    ...serverLimits,
    ...messageClasses(app),
    // Checked here, because Node does not log its own refusal.
    requireHostHeader: false,
    // As at the gateway: by default Node ignores a second content-type, for example.
    joinDuplicateHeaders: true,
  });
  // The total size of the headers is limited instead; by default Node drops headers after the thousandth.
  server.maxHeadersCount = 0;
  const accessLine = createAccessLine({
    stageName: config.stageName,
    release: release(api),
    showsSubject: config.accessLogSubject,
  });
  const refusals = createRefusals({ config, errors: api.errors, accessLine, write });
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    const fault = readTarget(request);
    // Before the app, whose immediate response would be too early for this header.
    if (!server.listening) closeAfter(response);
    inFlight.add(response);
    response.on("close", () => {
      inFlight.delete(response);
      if (!request.complete) void leaveBody(request);
    });
    if (fault) refusals.answer(request, response, { code: "001400", reason: fault });
    else app(request, response);
  };
  server.on("request", serve);
  server.on("checkContinue", (request, response) => {
    continueWhenRead(request, response);
    serve(request, response);
  });
  // Other expectations may be ignored (RFC 9110, section 10.1.1).
  server.on("checkExpectation", serve);
  const refused = new WeakSet<Duplex>();
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    // The parser reports the error again for each following piece.
    if (refused.has(socket)) return;
    refused.add(socket);
    const refusal = refusalOf(error, serverLimits.maxHeaderSize);
    // A connection without any request gets no response either.
    if (!refusal || (socket as Socket).bytesRead === 0) socket.destroy();
    else refuseLast(socket as Socket, refusal);
  });
  server.on("connect", (request, socket) => {
    socket.on("error", () => socket.destroy());
    refuseLast(socket as Socket, { code: "001400", reason: `${request.method} is not supported` });
  });

  /** After the pending responses of the connection. */
  function refuseLast(socket: Socket, refusal: Refusal): void {
    const due = [...inFlight].filter(({ req }) => req.socket === socket);
    const underWay = due.find(({ req }) => !req.complete);
    const last = due.findLast(({ req }) => req.complete);
    if (last) last.on("close", () => refusals.close(socket, refusal, underWay));
    else refusals.close(socket, refusal, underWay);
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(listenFault(error, config) ?? error));
    server.listen(config.port, config.host, resolve);
  });
  const { address, port, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${port}`,
    announceStop() {
      isStopping = true;
    },
    async stop(forceAfterMilliseconds) {
      const result = await stop(server, inFlight, forceAfterMilliseconds);
      await closeServices();
      await tracing?.close();
      return result;
    },
  };
}

/**
 * Requests the body (100 Continue) only when something reads it: a request refused before that never sends
 * its body.
 */
function continueWhenRead(request: IncomingMessage, response: ServerResponse): void {
  const onListener = (event: string | symbol) => {
    if (event !== "data" && event !== "readable") return;
    request.off("newListener", onListener);
    if (!response.headersSent) response.writeContinue();
  };
  request.on("newListener", onListener);
}

/** Closes the connection of an answered request, unless its body ends soon. */
async function leaveBody(request: IncomingMessage): Promise<void> {
  await discardBody(request);
  if (!request.complete) request.socket.destroy();
}

function listenFault({ code }: NodeJS.ErrnoException, { host, port }: Config): ConfigError | undefined {
  switch (code) {
    case "EADDRINUSE":
      return new ConfigError([
        `Port ${port} is already in use; choose another, for example PORT=5000, or use PORT=0 for any free port.`,
      ]);
    case "EACCES":
      return new ConfigError([`Port ${port} is privileged; use 1024 or above, for example PORT=5000.`]);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new ConfigError([
        `HOST is ${host}, which is not an address of this host; use HOST=0.0.0.0 for all interfaces.`,
      ]);
    default:
      return undefined;
  }
}

async function stop(
  server: Server,
  inFlight: ReadonlySet<ServerResponse>,
  forceAfterMilliseconds: number,
): Promise<{ readonly wasForced: boolean }> {
  let wasForced = false;
  // Node's own close would also cut idle connections at once, when a caller may just be sending its next
  // request.
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
  for (const response of inFlight) {
    closeAfter(response);
    endEndless(response);
  }
  // Node takes a connection for idle once its response has ended, even if most of it is still to be sent.
  const closeIdle = () => {
    if (![...inFlight].some(({ writableEnded }) => writableEnded)) server.closeIdleConnections();
  };
  const idle = setTimeout(
    () => {
      closeIdle();
      for (const response of inFlight) response.on("close", closeIdle);
    },
    Math.min(LINGER_MILLISECONDS, forceAfterMilliseconds),
  );
  const force = setTimeout(() => {
    wasForced = true;
    server.closeAllConnections();
  }, forceAfterMilliseconds);
  await closed;
  clearTimeout(idle);
  clearTimeout(force);
  return { wasForced };
}

/** It would outlast every limit, and its caller can ask another instance. */
function endEndless(response: ServerResponse): void {
  const context = hasRequestContext(response.req) ? requestContext(response.req) : undefined;
  if (context?.stream !== "endless") return;
  response.end();
  context.abort(new Error("The server stops"));
}

/** A kept-alive connection would stay open after its last response. */
function closeAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader("connection", "close");
}
