import { createServer, type Server, type ServerOptions, type ServerResponse } from "node:http";
import { type AddressInfo, Server as NetServer } from "node:net";
import { createApp } from "../../app.ts";
import { type Config, ConfigError } from "../../config.ts";
import type { Log } from "../../log.ts";
import { createContainerRuntime } from "./container-runtime.ts";
import { messageClasses } from "./message-classes.ts";

const LIMITS = {
  /** Request line and headers, as API Gateway limits them. */
  maxHeaderSize: 10_240,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  /** How often those two are looked at. Node's own 30 s would turn 10 s into as much as 40. */
  connectionsCheckingInterval: 1_000,
  /** Longer than a load balancer's 60 s: whoever reuses a connection must be the one that closes it. */
  keepAliveTimeout: 65_000,
} satisfies ServerOptions;

/** How long a connection that is kept alive may still bring a request, whose answer then closes it. */
const LINGER_MILLISECONDS = 1_000;

export interface RunningServer {
  /** `http://127.0.0.1:5000`. */
  readonly url: string;
  /**
   * Stops: no new connections, what is in flight is answered, and so is what comes on an idle connection within a second.
   *
   * @param forceAfterMilliseconds when what is left is cut off.
   * @returns whether something was.
   */
  stop(forceAfterMilliseconds: number): Promise<{ readonly wasForced: boolean }>;
}

/**
 * Starts the API on `config.host` and `config.port`.
 *
 * @throws ConfigError when something else listens there, when the port is not for everybody, or when the machine has no
 *   such address.
 */
export async function startServer(
  config: Config,
  log: Log,
  write: (line: string) => void,
  limits: Partial<typeof LIMITS> = {},
): Promise<RunningServer> {
  const inFlight = new Set<ServerResponse>();
  const app = createApp({ config, log, runtime: createContainerRuntime({ config, log, write }) });
  const server = createServer({ ...LIMITS, ...limits, ...messageClasses(app) });
  // Before the app: it may answer at once, and then it is too late for a header.
  server.on("request", (request, response) => {
    if (!server.listening) closeAfter(response);
    inFlight.add(response);
    response.on("close", () => inFlight.delete(response));
    app(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(listenFault(error, config) ?? error));
    server.listen(config.port, config.host, resolve);
  });
  const { address, port, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${port}`,
    stop: (forceAfterMilliseconds) => stop(server, inFlight, forceAfterMilliseconds),
  };
}

function listenFault({ code }: NodeJS.ErrnoException, { host, port }: Config): ConfigError | undefined {
  switch (code) {
    case "EADDRINUSE":
      return new ConfigError([
        `PORT is ${port}, on which something listens already; take one that is free, e.g. PORT=5000, or 0 for any.`,
      ]);
    case "EACCES":
      return new ConfigError([
        `PORT is ${port}, which is not for everybody; take one from 1024 on, e.g. PORT=5000.`,
      ]);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new ConfigError([
        `HOST is ${host}, which is no address of this machine; set one that is, e.g. HOST=0.0.0.0 for all it has.`,
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
  for (const response of inFlight) closeAfter(response);
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

/** A connection that is kept alive would outlast its last answer. */
function closeAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader("connection", "close");
}
