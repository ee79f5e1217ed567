// Starts a gateway on a free port for one test and returns what tests check: answers and the events that the
// function received.

import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import type { TestContext } from "node:test";
import {
  createGateway,
  type GatewayOptions,
  type HttpApi,
  type HttpApiEvent,
  type LambdaFunction,
  runInProcess,
} from "../../src/index.ts";

export interface SentRequest {
  method?: string;
  /** The request target, byte for byte. */
  path?: string;
  /** A list of name, value, name, value keeps duplicates. */
  headers?: OutgoingHttpHeaders | readonly string[];
  body?: string | Buffer;
}

export interface ReceivedAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  rawHeaders: string[];
  body: Buffer;
  text: string;
}

export interface StartedGateway {
  url: string;
  port: number;
  send(request?: SentRequest): Promise<ReceivedAnswer>;
  /** Sends a request and returns the event that the function received. */
  eventOf(request?: SentRequest): Promise<HttpApiEvent>;
  events: HttpApiEvent[];
  logLines: string[];
  close(): Promise<void>;
}

export interface GatewayUnderTest extends Partial<Omit<GatewayOptions, "api" | "function" | "log">> {
  api?: Partial<HttpApi>;
  /** Several APIs instead of `api`. */
  apis?: HttpApi[];
  handler?: (event: HttpApiEvent) => unknown;
  function?: LambdaFunction;
}

/** A minimal description: an open `$default` route on the `$default` stage. */
export function describeApi(overrides: Partial<HttpApi> = {}): HttpApi {
  return {
    routes: [{ routeKey: "$default", authorizationType: "NONE" }],
    integration: { payloadFormatVersion: "2.0", timeoutMilliseconds: 29_000 },
    stages: [{ stageName: "$default" }],
    ...overrides,
  };
}

/** `GET /a` and so on, all open. */
export function openRoutes(...routeKeys: string[]): HttpApi["routes"] {
  return routeKeys.map((routeKey) => ({ routeKey, authorizationType: "NONE" }));
}

export async function startGateway(
  test: TestContext,
  underTest: GatewayUnderTest = {},
): Promise<StartedGateway> {
  const {
    api,
    apis,
    handler = () => ({ statusCode: 200, body: "ok" }),
    function: given,
    ...options
  } = underTest;
  const events: HttpApiEvent[] = [];
  const logLines: string[] = [];
  const recording = runInProcess((event: HttpApiEvent) => {
    events.push(event);
    return handler(event);
  });
  const gateway = createGateway({
    ...options,
    api: apis ?? describeApi(api),
    function: given ?? recording,
    log: (line) => logLines.push(line),
  });
  await gateway.listen();
  test.after(() => gateway.close());
  const port = Number(new URL(gateway.url).port);
  const send = (request?: SentRequest) => sendRequest(port, request);
  return {
    url: gateway.url,
    port,
    send,
    events,
    logLines,
    close: () => gateway.close(),
    async eventOf(request) {
      const answer = await send(request);
      const event = events.at(-1);
      if (!event)
        throw new Error(`The function saw no event; the answer was ${answer.status} ${answer.text}`);
      return event;
    },
  };
}

/** node:http sends the target unchanged, while fetch would normalise it. */
export function sendRequest(port: number, sent: SentRequest = {}): Promise<ReceivedAnswer> {
  const { method = "GET", path = "/", headers = {}, body } = sent;
  const { promise, resolve, reject } = Promise.withResolvers<ReceivedAnswer>();
  const outgoing = httpRequest(
    { host: "127.0.0.1", port, method, path, headers: headers as OutgoingHttpHeaders, agent: false },
    async (incoming) => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      const { statusCode = 0, headers: received, rawHeaders } = incoming;
      resolve({ status: statusCode, headers: received, rawHeaders, body: bytes, text: bytes.toString() });
    },
  );
  outgoing.on("error", reject);
  outgoing.end(body);
  return promise;
}
