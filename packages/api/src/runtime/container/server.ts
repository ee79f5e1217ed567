import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createApp } from "../../app.ts";
import type { Config } from "../../config.ts";
import type { Log } from "../../log.ts";
import { createContainerRuntime } from "./container-runtime.ts";

/** Request line and headers, as API Gateway limits them. */
const MAX_HEADER_BYTES = 10_240;
const HEADERS_TIMEOUT_MILLISECONDS = 10_000;
const REQUEST_TIMEOUT_MILLISECONDS = 30_000;
/** Longer than a load balancer's 60 s: whoever reuses a connection must be the one that closes it. */
const KEEP_ALIVE_TIMEOUT_MILLISECONDS = 65_000;

export interface RunningServer {
  /** `http://127.0.0.1:5000`. */
  readonly url: string;
  /**
   * Stops: no new connections, what is in flight is answered, idle connections close.
   *
   * @param forceAfterMilliseconds when what is left is cut off.
   */
  stop(forceAfterMilliseconds: number): Promise<void>;
}

/** Starts the API on `config.host` and `config.port`. Rejects when the port cannot be had. */
export async function startServer(
  config: Config,
  log: Log,
  write: (line: string) => void,
): Promise<RunningServer> {
  const app = createApp({ config, log, runtime: createContainerRuntime({ config, write }) });
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MILLISECONDS,
      requestTimeout: REQUEST_TIMEOUT_MILLISECONDS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MILLISECONDS,
    },
    app,
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(config.port, config.host, resolve);
  });
  const { address, port, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${port}`,
    stop: (forceAfterMilliseconds) => stop(server, forceAfterMilliseconds),
  };
}

async function stop(server: Server, forceAfterMilliseconds: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection that is kept alive would outlast its last answer.
  server.on("request", (_request, response) => response.setHeader("connection", "close"));
  server.closeIdleConnections();
  const force = setTimeout(() => server.closeAllConnections(), forceAfterMilliseconds);
  await closed;
  clearTimeout(force);
}
