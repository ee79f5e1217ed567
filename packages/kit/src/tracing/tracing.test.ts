import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { InMemorySpanExporter, type ReadableSpan } from "@opentelemetry/sdk-trace";
import { apiOf } from "../../test/fixtures/api.ts";
import type { Api } from "../api.ts";
import { ConfigError, loadConfig } from "../config.ts";
import { startServer } from "../container/server.ts";
import { createHandler } from "../lambda/create-handler.ts";
import { createLog } from "../log.ts";
import { anyone, auth } from "../route/access.ts";
import { defineRoute, type HandlerContext } from "../route/define-route.ts";
import { lambdaContext, payloadEvent, type RequestToSend } from "../testing/payload-event.ts";
import { testEnvironment } from "../testing/test-environment.ts";
import { sendMeasuredSpans } from "./measured-spans.ts";
import { createTracing } from "./open-telemetry.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";
const ON = { OTEL_TRACES_EXPORTER: "otlp" };

const contract = {
  method: "GET",
  summary: "Of a test.",
  responses: (z: typeof import("zod")) => ({ 200: { description: "Done.", schema: z.unknown() } }),
} as const;

type Work = (context: HandlerContext) => Promise<unknown>;

const apiWith = (work: Work): Api =>
  apiOf([
    defineRoute({
      ...contract,
      operationId: "getItem",
      path: "/v1/items/{itemId}",
      request: (z) => ({ params: z.object({ itemId: z.string().max(3) }) }),
    }).handler(anyone(async (context) => ({ status: 200, body: (await work(context)) ?? null }))),
    defineRoute({ ...contract, operationId: "getStaff", path: "/v1/staff" }).handler(
      auth({ groups: ["STAFF"] }, async () => ({ status: 200, body: null })),
    ),
  ]);

/** Sends requests, with the spans exported so far (their exporter keeps them in memory). */
interface Traced {
  send(request: RequestToSend): Promise<void>;
  close(): Promise<void>;
}

function exported(api: Api): { readonly api: Api; readonly exporter: InMemorySpanExporter } {
  // It forgets its spans when it is shut down, unlike a collector.
  const exporter = new (class extends InMemorySpanExporter {
    override async shutdown() {}
  })();
  const tracing: Api["tracing"] = async () => ({
    createTracing: (options) => createTracing(options, exporter),
  });
  return { api: { ...api, tracing }, exporter };
}

const RUNTIMES: Record<string, (api: Api) => Promise<Traced>> = {
  async function(api) {
    const environment = testEnvironment(api, undefined, { ...ON, RUNTIME: "LAMBDA" });
    const handler = createHandler(api, { environment, log: createLog(() => {}) });
    return {
      send: async (request) => void (await handler(payloadEvent(request), lambdaContext())),
      close: async () => trace.disable(),
    };
  },
  async container(api) {
    const config = loadConfig(testEnvironment(api, undefined, ON), { settings: api.settings });
    const server = await startServer(api, { config, log: createLog(() => {}), write: () => {} });
    return {
      send: async ({ path, headers = {} }) =>
        void (await (await fetch(server.url + path, { headers })).arrayBuffer()),
      close: async () => void (await server.stop(0)),
    };
  },
};

/** The exporter has them before the function answers, and before the container has stopped. */
async function spansOf(runtime: string, work: Work, ...requests: readonly RequestToSend[]) {
  const { api, exporter } = exported(apiWith(work));
  const traced = await RUNTIMES[runtime]?.(api);
  for (const request of requests) await traced?.send(request);
  const early = exporter.getFinishedSpans().length;
  await traced?.close();
  if (runtime === "function") assert.equal(early, exporter.getFinishedSpans().length);
  return exporter.getFinishedSpans();
}

const item = (headers: Record<string, string> = {}) =>
  ({ method: "GET", path: "/v1/items/7?q=secret", headers }) as const;
const serverSpan = (spans: readonly ReadableSpan[]) => {
  const found = spans.filter(({ kind }) => kind === SpanKind.SERVER);
  assert.equal(found.length, 1);
  return found[0] as ReadableSpan;
};
const named = (spans: readonly ReadableSpan[], name: string) => spans.find((span) => span.name === name);

for (const runtime of Object.keys(RUNTIMES))
  describe(`spans of the ${runtime} (a list stands in for the collector)`, () => {
    it("are one per request, with one for each of its stages, and are exported in time", async () => {
      const spans = await spansOf(runtime, async () => "done", item());
      const server = serverSpan(spans);
      assert.equal(server.name, "GET /v1/items/{itemId}");
      const { attributes } = server;
      assert.deepEqual(
        [
          attributes["http.request.method"],
          attributes["http.route"],
          attributes["http.response.status_code"],
        ],
        ["GET", "/v1/items/{itemId}", 200],
      );
      assert.match(String(attributes["url.path"]), /\/v1\/items\/7$/);
      assert.doesNotMatch(JSON.stringify(attributes), /secret/);
      assert.equal(server.resource.attributes["service.name"], "fixture-api");
      assert.equal(server.status.code, SpanStatusCode.UNSET);
      assert.deepEqual(
        spans.filter((span) => span !== server).map((span) => [span.name, span.parentSpanContext?.spanId]),
        ["auth", "validation", "handler"].map((name) => [name, server.spanContext().spanId]),
      );
    });

    it("belong to the caller's span, by traceparent or AWS's header, and are not recorded if the caller's is not", async () => {
      const parents = [
        { traceparent: `00-${TRACE}-${PARENT}-01` },
        { "x-amzn-trace-id": `Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=${PARENT};Sampled=1` },
      ];
      for (const headers of parents) {
        const server = serverSpan(await spansOf(runtime, async () => "done", item(headers)));
        assert.equal(server.spanContext().traceId, TRACE);
        assert.equal(server.parentSpanContext?.spanId, PARENT);
      }
      assert.deepEqual(
        await spansOf(runtime, async () => "done", item({ traceparent: `00-${TRACE}-${PARENT}-00` })),
        [],
      );
    });

    it("have the ids of the handler's log lines and of its calls", async () => {
      let sent = "";
      const work: Work = async ({ trace }) => {
        sent = trace.headers.traceparent ?? "";
      };
      const { traceId, spanId } = serverSpan(await spansOf(runtime, work, item())).spanContext();
      assert.equal(sent, `00-${traceId}-${spanId}-01`);
    });

    it("cover the handler's calls, by fetch and by node:http, without the query, and the owner's spans", async (t) => {
      const url = await startService(t);
      const work: Work = async (input) => {
        await input.fetch(`${url}/fetched?q=secret`);
        await fetch(`${url}/missing`);
        const [response] = (await once(get(`${url}/got?q=secret`), "response")) as [IncomingMessage];
        await once(response.resume(), "end");
        await trace.getTracer("owner").startActiveSpan("own", async (span: Span) => span.end());
        await fetch(`${url}/broken`).catch(() => {});
      };
      const spans = await spansOf(runtime, work, item());
      const handler = named(spans, "handler")?.spanContext();
      const calls = spans.filter(({ kind }) => kind === SpanKind.CLIENT && handler);
      const ofHandler = calls.filter(
        ({ parentSpanContext }) => parentSpanContext?.spanId === handler?.spanId,
      );
      assert.deepEqual(
        ofHandler.map(({ name, attributes }) => [
          name,
          attributes["url.full"],
          attributes["http.response.status_code"],
          attributes["error.type"],
        ]),
        [
          ["GET", `${url}/fetched`, 200, undefined],
          ["GET", `${url}/missing`, 404, "404"],
          ["GET", `${url}/got`, 200, undefined],
          ["GET", `${url}/broken`, undefined, "SocketError"],
        ],
      );
      assert.equal(named(spans, "own")?.parentSpanContext?.spanId, handler?.spanId);
      // The test's own calls belong to no request.
      assert.equal(calls.length, ofHandler.length);
    });

    it("record a caller's mistake by its code, and a failure as an error, without its message", async () => {
      const work: Work = async () => {
        throw new TypeError("secret");
      };
      const [mistake, stranger, failure] = (await Promise.all(
        [
          spansOf(runtime, work, { method: "GET", path: "/v1/items/long" }),
          spansOf(runtime, work, { method: "GET", path: "/v1/staff" }),
          spansOf(runtime, work, item()),
        ].map((spans) => spans),
      )) as ReadableSpan[][];
      for (const [spans, part, code, status] of [
        [mistake, "validation", "001400", 400],
        [stranger, "auth", "001401", 401],
      ] as const) {
        assert.equal(named(spans ?? [], part)?.attributes["error.type"], code);
        const server = serverSpan(spans ?? []);
        assert.equal(server.attributes["http.response.status_code"], status);
        assert.equal(server.status.code, SpanStatusCode.UNSET);
      }
      assert.equal(named(failure ?? [], "handler")?.attributes["error.type"], "TypeError");
      assert.equal(serverSpan(failure ?? []).status.code, SpanStatusCode.ERROR);
      assert.doesNotMatch(
        JSON.stringify((failure ?? []).map(({ attributes, events, status }) => [attributes, events, status])),
        /secret/,
      );
    });
  });

async function startService(t: TestContext): Promise<string> {
  const service = createServer((request, response) => {
    if (request.url === "/broken") request.socket.destroy();
    else response.writeHead(request.url === "/missing" ? 404 : 200).end();
  });
  await once(service.listen(0, "127.0.0.1"), "listening");
  t.after(() => service.close());
  return `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
}

describe("spans of a function that Lambda traces", () => {
  const LAMBDA = "1111111111111111";
  const parentWith = async (t: TestContext, header: string, headers: Record<string, string>) => {
    process.env._X_AMZN_TRACE_ID = header;
    t.after(() => delete process.env._X_AMZN_TRACE_ID);
    return serverSpan(await spansOf("function", async () => "done", item(headers))).parentSpanContext?.spanId;
  };
  const root = "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736";
  const ofCaller = { traceparent: `00-${TRACE}-${PARENT}-01` };

  it("belong to Lambda's span, which is nearer than the caller's of the same trace", async (t) => {
    const header = `${root};Parent=${LAMBDA};Sampled=1;Lineage=1:a87bd80c:0`;
    assert.equal(await parentWith(t, header, { "x-amzn-trace-id": root }), LAMBDA);
    assert.equal(await parentWith(t, header, ofCaller), LAMBDA);
  });

  it("belong to the caller's span if Lambda does not record, or records another trace", async (t) => {
    for (const header of [
      `${root};Parent=${LAMBDA};Sampled=0`,
      `Root=1-00000000-000000000000000000000001;Parent=${LAMBDA};Sampled=1`,
    ])
      assert.equal(await parentWith(t, header, ofCaller), PARENT);
  });
});

describe("spans that were measured elsewhere", () => {
  it("are sent with their own ids, parents and times", async () => {
    const exporter = new InMemorySpanExporter();
    const options = {
      exporter: "otlp",
      endpoint: undefined,
      headers: {},
      service: { name: "fixture-api gateway", version: "1.0.0" },
      log: createLog(() => {}),
    } as const;
    const measured = sendMeasuredSpans(options, exporter);
    const span = {
      name: "GET /v1/items/{itemId}",
      kind: "SERVER",
      traceId: TRACE,
      spanId: PARENT,
      parentSpanId: undefined,
      startTime: 1_700_000_000_000.25,
      durationMilliseconds: 12.5,
      attributes: { "http.response.status_code": 503 },
      hasFailed: true,
    } as const;
    const below = { ...span, spanId: "2222222222222222", parentSpanId: PARENT, hasFailed: false } as const;
    await measured.send([span, below]);
    const [first, second] = exporter.getFinishedSpans();
    assert.equal(first?.spanContext().traceId, TRACE);
    assert.equal(first?.spanContext().spanId, PARENT);
    assert.equal(first?.parentSpanContext, undefined);
    assert.deepEqual(first?.startTime, [1_700_000_000, 250_000]);
    assert.deepEqual(first?.duration, [0, 12_500_000]);
    assert.equal(first?.status.code, SpanStatusCode.ERROR);
    assert.equal(first?.attributes["http.response.status_code"], 503);
    assert.equal(first?.resource.attributes["service.name"], "fixture-api gateway");
    assert.equal(second?.parentSpanContext?.spanId, PARENT);
    assert.equal(second?.status.code, SpanStatusCode.UNSET);
  });
});

describe("tracing", () => {
  it("loads nothing without its setting", async () => {
    const api: Api = {
      ...apiWith(async () => "done"),
      tracing: () => assert.fail("it is loaded"),
    };
    const environment = testEnvironment(api, undefined, { RUNTIME: "LAMBDA" });
    const handler = createHandler(api, { environment, log: createLog(() => {}) });
    await handler(payloadEvent(item()), lambdaContext());
  });

  it("stops the start if it is on and the API has none", () => {
    const api = apiWith(async () => "done");
    const environment = testEnvironment(api, undefined, { ...ON, RUNTIME: "LAMBDA" });
    assert.throws(
      () => createHandler(api, { environment }),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, /tracing: \(\) => import\("@lambda-express-api\/kit\/tracing"\)/);
        return true;
      },
    );
  });

  it("writes spans as lines of the log with OTEL_TRACES_EXPORTER=console", async (t) => {
    t.after(() => trace.disable());
    const api: Api = { ...apiWith(async () => "done"), tracing: () => import("./open-telemetry.ts") };
    const lines: string[] = [];
    const environment = testEnvironment(api, undefined, {
      OTEL_TRACES_EXPORTER: "console",
      RUNTIME: "LAMBDA",
    });
    const handler = createHandler(api, { environment, log: createLog((line) => lines.push(line)) });
    await handler(payloadEvent(item()), lambdaContext());
    const told = lines.map((line) => JSON.parse(line)).filter(({ message }) => message === "span");
    assert.deepEqual(
      told.map(({ name }) => name),
      ["auth", "validation", "handler", "GET /v1/items/{itemId}"],
    );
    for (const { startTimeUnixNano } of told) assert.match(startTimeUnixNano, /^\d{19}$/);
  });

  it("sends spans to the collector with its headers, and responds even if the collector refuses them", async (t) => {
    t.after(() => trace.disable());
    const received: { url: string | undefined; key: unknown; body: string }[] = [];
    const collector = createServer(async (request, response) => {
      received.push({
        url: request.url,
        key: request.headers["x-api-key"],
        body: Buffer.concat(await request.toArray()).toString(),
      });
      response.writeHead(received.length === 1 ? 200 : 400).end("{}");
    });
    await once(collector.listen(0, "127.0.0.1"), "listening");
    t.after(() => collector.close());
    const { port } = collector.address() as AddressInfo;
    const api: Api = { ...apiWith(async () => "done"), tracing: () => import("./open-telemetry.ts") };
    const lines: string[] = [];
    const environment = testEnvironment(api, undefined, {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}/`,
      OTEL_EXPORTER_OTLP_HEADERS: "x-api-key=the%20key",
      RUNTIME: "LAMBDA",
    });
    const handler = createHandler(api, { environment, log: createLog((line) => lines.push(line)) });
    for (let call = 0; call < 2; call += 1) {
      const result = await handler(payloadEvent(item()), lambdaContext());
      assert.equal("statusCode" in result && result.statusCode, 200);
    }
    assert.deepEqual(
      received.map(({ url, key }) => [url, key]),
      [
        ["/v1/traces", "the key"],
        ["/v1/traces", "the key"],
      ],
    );
    assert.match(received[0]?.body ?? "", /GET \/v1\/items\/\{itemId\}/);
    assert.match(lines.join(""), /"message":"spans are not sent"/);
  });
});
