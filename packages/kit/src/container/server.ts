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
import { createApp } from "../app.ts";
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
  /** Request line and headers, as API Gateway limits them. */
  maxHeaderSize: 10_240,
  headersTimeout: 10_000,
  /** Bodies have time limits of their own, which are answered as errors of the API. */
  requestTimeout: 0,
  /** How often the headers' is looked at. Node's own 30 s would turn 10 s into as much as 40. */
  connectionsCheckingInterval: 1_000,
  /** Longer than a load balancer's 60 s: the side that reuses connections must close them first. */
  keepAliveTimeout: 65_000,
} satisfies ServerOptions;

/** How long a connection that is kept alive may still bring a request, whose answer then closes it. */
const LINGER_MILLISECONDS = 1_000;

export interface RunningServer {
  /** `http://127.0.0.1:5000`. */
  readonly url: string;
  /** Makes the health endpoint answer 503. Everything else is answered as before. */
  announceStop(): void;
  /**
   * Stops: no new connections, what is in flight is answered, and so is what comes on an idle connection within a second.
   *
   * @param forceAfterMilliseconds when what is left is cut off.
   * @returns whether something was.
   */
  stop(forceAfterMilliseconds: number): Promise<{ readonly wasForced: boolean }>;
}

export interface ServerSettings {
  readonly config: Config;
  readonly log: Log;
  /** Where access log lines go. */
  readonly write: (line: string) => void;
  /** Values in the place of the API's services, for tests. */
  readonly services?: Readonly<Record<string, unknown>>;
  /** Is given the app before its first request: `app.use(...)`. */
  readonly configure?: ((app: Express) => void) | undefined;
  readonly limits?: Partial<typeof LIMITS>;
}

/**
 * Starts the API on `config.host` and `config.port`. Once it is stopped and every request is answered, its services are
 * closed.
 *
 * @throws ConfigError when the port is taken or privileged, or when the host is not an address of this machine.
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
  // The host is looked at here: Node's own refusal is in no log.
  const server = createServer({ ...serverLimits, requireHostHeader: false });
  // The size of all headers is limited; else Node would leave out what comes after the thousandth.
  server.maxHeadersCount = 0;
  const accessLine = createAccessLine({
    stageName: config.stageName,
    release: release(api),
    showsSubject: config.accessLogSubject,
  });
  const refusals = createRefusals({ config, errors: api.errors, accessLine, write });
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    const fault = readTarget(request);
    // Before the app: it may answer at once, and then it is too late for a header.
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
    // The parser says it again for each piece that follows.
    if (refused.has(socket)) return;
    refused.add(socket);
    const refusal = refusalOf(error, serverLimits.maxHeaderSize);
    // A connection on which nothing was ever asked gets no answer either.
    if (!refusal || (socket as Socket).bytesRead === 0) socket.destroy();
    else refuseLast(socket as Socket, refusal);
  });
  server.on("connect", (request, socket) => {
    socket.on("error", () => socket.destroy());
    refuseLast(socket as Socket, { code: "001400", reason: `${request.method} is not supported` });
  });

  /** After the answers that are due on the connection. */
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

/** Asks for the body once something reads it: a request that is refused before is never asked for it. */
function continueWhenRead(request: IncomingMessage, response: ServerResponse): void {
  const onListener = (event: string | symbol) => {
    if (event !== "data" && event !== "readable") return;
    request.off("newListener", onListener);
    if (!response.headersSent) response.writeContinue();
  };
  request.on("newListener", onListener);
}

/** Closes the connection of a request that is answered, unless its body comes to an end soon. */
async function leaveBody(request: IncomingMessage): Promise<void> {
  await discardBody(request);
  if (!request.complete) request.socket.destroy();
}

function listenFault({ code }: NodeJS.ErrnoException, { host, port }: Config): ConfigError | undefined {
  switch (code) {
    case "EADDRINUSE":
      return new ConfigError([
        `Port ${port} is taken; use a free one, for example PORT=5000, or PORT=0 for any.`,
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
  inFlight: Iterable<ServerResponse>,
  forceAfterMilliseconds: number,
): Promise<{ readonly wasForced: boolean }> {
  let wasForced = false;
  // Node's own close would also cut idle connections at once, on which a caller may be sending its next request.
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
  for (const response of inFlight) {
    closeAfter(response);
    endEndless(response);
  }
  const idle = setTimeout(
    () => server.closeIdleConnections(),
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

/** A connection that is kept alive would outlast its last answer. */
function closeAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader("connection", "close");
}
