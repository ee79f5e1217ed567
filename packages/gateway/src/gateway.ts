// The gateway as a server: listens, passes each request to the request handler, and sends its result.

import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type AddressInfo, Server as NetServer } from "node:net";
import { checkHttpApis } from "./check-http-api.ts";
import { objectWith, ofType, optional } from "./check-kinds.ts";
import type { AnsweredExchange } from "./exchange.ts";
import type { HttpApi, RouteSettings } from "./http-api.ts";
import { readHttpRequest } from "./http-request.ts";
import { createHttpServer, sendAnswer } from "./http-server.ts";
import type { LambdaFunction } from "./lambda/lambda-function.ts";
import { createRequestHandler } from "./request-handler.ts";
import { defaultSwitches, type Switches } from "./switches.ts";

export interface GatewayOptions {
  /** One API, or several that share the gateway and its domains. */
  api: HttpApi | readonly HttpApi[];
  /** The function that every API's integration invokes. */
  function: LambdaFunction;
  switches?: Partial<Switches>;
  /** Receives access-log lines, and those of throttled and refused requests. Default: standard output. */
  log?: (line: string) => void;
  /** Receives every exchange. */
  inspector?: { record(exchange: AnsweredExchange): void };
  /**
   * Whether the spans of an exchange are exported. If so, `_X_AMZN_TRACE_ID` in `runInWorkers` marks the
   * invocation as traced and names the parent of the function's own spans, as with active tracing on AWS.
   * Default: false.
   */
  tracing?: boolean;
  /** Milliseconds since 1970. Default: the real time. */
  now?: () => number;
  /** The throttle of the whole account in its Region. Default: 10,000 requests a second, burst 5,000. */
  accountThrottling?: RouteSettings;
  /** How long a client may take to send its headers. Default: 10,000. */
  headersTimeoutMilliseconds?: number;
  /** How long a client may take to send its whole request. Default: 30,000. */
  requestTimeoutMilliseconds?: number;
}

export interface Gateway {
  /** Resolves when the gateway accepts connections. Without a port the system chooses one. */
  listen(port?: number, host?: string): Promise<void>;
  /**
   * Replaces the description from the next request on, like a deployment. Counters and caches of the old one
   * are dropped. Throws, and keeps the old one, if the service would refuse the new one.
   */
  update(api: HttpApi | readonly HttpApi[]): void;
  /** Answers requests in flight, then closes the port. The function's owner closes the function. */
  close(): Promise<void>;
  /** As in `http://127.0.0.1:3000`; throws before `listen` has resolved. */
  readonly url: string;
}

const functionExample = 'runInWorkers({ file: "handler.ts" })';
const optionsKind = objectWith(
  {
    function: objectWith({ invoke: ofType("function", functionExample) }, functionExample),
    log: optional(ofType("function", "console.log")),
    inspector: optional(objectWith({ record: ofType("function", "createInspector()") }, "createInspector()")),
    now: optional(ofType("function", "Date.now")),
    tracing: optional(ofType("boolean", "true")),
  },
  `{ api: { ... }, function: ${functionExample} }`,
);

/** Throws a ConfigurationError for a description that the service would refuse. */
export function createGateway(options: GatewayOptions): Gateway {
  optionsKind(options, "options");
  const log = options.log ?? ((line: string) => process.stdout.write(`${line}\n`));
  let handle = handlerFor(options.api);

  function handlerFor(api: HttpApi | readonly HttpApi[]) {
    const apis = [api].flat();
    checkHttpApis(apis);
    return createRequestHandler({
      apis,
      function: options.function,
      switches: { ...defaultSwitches, ...options.switches },
      log,
      now: options.now ?? Date.now,
      tracing: options.tracing ?? false,
      accountThrottling: options.accountThrottling ?? {
        throttlingRateLimit: 10_000,
        throttlingBurstLimit: 5_000,
      },
    });
  }
  const server = createHttpServer({
    onRequest: (incoming, outgoing, caller) => {
      serve(incoming, outgoing, caller).catch((error) => {
        // The caller's log or inspector has thrown. That costs this request its answer, and no other.
        outgoing.destroy();
        console.error(error);
      });
    },
    log,
    headersTimeoutMilliseconds: options.headersTimeoutMilliseconds ?? 10_000,
    requestTimeoutMilliseconds: options.requestTimeoutMilliseconds ?? 30_000,
  });

  const answering = new Set<AbortSignal>();

  async function serve(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    caller: AbortSignal,
  ): Promise<void> {
    // A client that leaves before its request is complete has not made a request.
    const received = await readHttpRequest(incoming).catch(() => undefined);
    if (!received) return;
    if (!caller.aborted) answering.add(caller);
    caller.addEventListener("abort", () => answering.delete(caller), { once: true });
    const exchange = await handle(received, caller);
    if (!exchange) return;
    sendAnswer(outgoing, exchange);
    options.inspector?.record(exchange);
  }

  return {
    async listen(port = 0, host = "127.0.0.1") {
      // `once` rejects if the server first emits an error, such as a port in use.
      await once(server.listen(port, host), "listening");
    },
    update(api) {
      handle = handlerFor(api);
    },
    async close() {
      const closed = once(server, "close");
      // Node's own close would also cut off answers that have ended but are not sent yet.
      NetServer.prototype.close.call(server);
      await Promise.all([...answering].map((caller) => once(caller, "abort")));
      server.closeAllConnections();
      await closed;
    },
    get url() {
      const address = server.address() as AddressInfo | null;
      if (!address) throw new Error("The gateway has no address before listen() has resolved.");
      const host = address.family === "IPv6" ? `[${address.address}]` : address.address;
      return `http://${host}:${address.port}`;
    },
  };
}
