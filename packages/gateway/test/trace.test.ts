// The spans that the gateway measures, and what the function learns about its trace.

import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { type AnsweredExchange, type GatewayOptions, runInWorkers } from "../src/index.ts";
import { issuedAt, rsaKey, signToken, startIssuer, validClaims } from "./support/local-issuer.ts";
import {
  type GatewayUnderTest,
  openRoutes,
  type SentRequest,
  startGateway,
} from "./support/start-gateway.ts";

type Span = AnsweredExchange["trace"]["spans"][number];

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER = "00f067aa0ba902b7";
const traced = (flags: string) => ({ headers: { traceparent: `00-${TRACE}-${CALLER}-${flags}` } });

/** Sends requests in sequence and returns what an inspector receives for each. */
async function exchangesOf(
  t: TestContext,
  underTest: GatewayUnderTest,
  ...requests: readonly SentRequest[]
): Promise<AnsweredExchange[]> {
  const exchanges: AnsweredExchange[] = [];
  const inspector = { record: (exchange: AnsweredExchange) => void exchanges.push(exchange) };
  const gateway = await startGateway(t, { ...underTest, inspector });
  for (const request of requests) await gateway.send(request);
  return exchanges;
}

const exchangeOf = async (t: TestContext, underTest: GatewayUnderTest, request: SentRequest = {}) =>
  (await exchangesOf(t, underTest, request))[0] as AnsweredExchange;

const named = (spans: readonly Span[], name: Span["name"]) => spans.find((span) => span.name === name);

/** With a rounding error of the clock. */
function assertWithin(inner: Span | undefined, outer: Span | undefined): void {
  assert.ok(inner && outer);
  assert.ok(inner.startTime >= outer.startTime, `${inner.name} begins before ${outer.name}`);
  const late = inner.startTime + inner.durationMilliseconds - outer.startTime - outer.durationMilliseconds;
  assert.ok(late < 0.01, `${inner.name} ends ${late} ms after ${outer.name}`);
}

describe("the spans of a request", () => {
  it("are the gateway's, with its authorizer and then its function inside", async (t) => {
    const key = rsaKey("first");
    const issuer = await startIssuer(t, [key]);
    const { trace } = await exchangeOf(
      t,
      {
        now: () => issuedAt * 1000,
        api: {
          routes: [{ routeKey: "GET /a", authorizationType: "JWT", authorizerId: "jwt" }],
          authorizers: { jwt: { jwtConfiguration: { issuer: issuer.issuer, audience: [issuer.audience] } } },
        },
      },
      { path: "/a", headers: { authorization: signToken(key, validClaims(issuer)) } },
    );
    const [gateway, authorizer, invocation, ...others] = trace.spans;
    assert.deepEqual(others, []);
    assert.deepEqual(
      trace.spans.map(({ name, parentSpanId }) => [name, parentSpanId]),
      [
        ["gateway", undefined],
        ["authorizer", gateway?.spanId],
        ["function", gateway?.spanId],
      ],
    );
    for (const span of [authorizer, invocation]) assertWithin(span, gateway);
    assert.ok((invocation?.startTime ?? 0) >= (authorizer?.startTime ?? 0));
    assert.equal(new Set(trace.spans.map(({ spanId }) => spanId)).size, 3);
  });

  it("are only the gateway's where it responds itself", async (t) => {
    const { trace } = await exchangeOf(t, { api: { routes: openRoutes("GET /else") } });
    assert.deepEqual(
      trace.spans.map(({ name }) => name),
      ["gateway"],
    );
  });

  it("include the part of a cold start that the request waited for, and no cold start that was over", async (t) => {
    const function_ = workers(t);
    const [cold, warm] = await exchangesOf(t, { function: function_ }, ...[{}, {}]);
    assertWithin(named(cold?.trace.spans ?? [], "cold start"), named(cold?.trace.spans ?? [], "function"));
    assert.equal(named(warm?.trace.spans ?? [], "cold start"), undefined);
    const prepared = workers(t);
    await prepared.prepare();
    const { invocation, trace } = await exchangeOf(t, { function: prepared });
    assert.equal(invocation?.isColdStart, true);
    assert.equal(named(trace.spans, "cold start"), undefined);
  });

  it("belong to the caller's span by traceparent; without one the trace is that of the function's header", async (t) => {
    const [ofCaller, own] = await exchangesOf(t, {}, traced("01"), {});
    assert.equal(ofCaller?.trace.traceId, TRACE);
    assert.equal(ofCaller?.trace.gateway.parentSpanId, CALLER);
    const header = own?.event?.headers["x-amzn-trace-id"] ?? "";
    assert.equal(`Root=1-${own?.trace.traceId.slice(0, 8)}-${own?.trace.traceId.slice(8)}`, header);
    assert.equal(own?.trace.gateway.parentSpanId, undefined);
  });

  for (const [what, traceparent] of [
    ["zeros for a trace", `00-${"0".repeat(32)}-${CALLER}-01`],
    ["zeros for a span", `00-${TRACE}-${"0".repeat(16)}-01`],
    ["capital letters", `00-${TRACE.toUpperCase()}-${CALLER}-01`],
    ["the version ff", `ff-${TRACE}-${CALLER}-01`],
    ["more than version 00 has", `00-${TRACE}-${CALLER}-01-more`],
    ["two of them", `00-${TRACE}-${CALLER}-01,00-${TRACE}-${CALLER}-01`],
  ] as const) {
    it(`ignore an invalid traceparent: ${what}`, async (t) => {
      const { trace } = await exchangeOf(t, {}, { headers: { traceparent } });
      assert.notEqual(trace.traceId, TRACE);
      assert.equal(trace.gateway.parentSpanId, undefined);
    });
  }

  it("are in no header of the event but the unchanged traceparent: the service's own header names no span", async (t) => {
    const { event, trace } = await exchangeOf(t, { tracing: true }, traced("01"));
    assert.match(event?.headers["x-amzn-trace-id"] ?? "", /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    assert.equal(event?.headers.traceparent, traced("01").headers.traceparent);
    for (const { spanId } of trace.spans) assert.ok(!JSON.stringify(event).includes(spanId));
  });
});

function workers(t: TestContext) {
  const file = fileURLToPath(new URL("./functions/probe.ts", import.meta.url));
  const function_ = runInWorkers({ file, log: () => {} });
  t.after(() => function_.close());
  return function_;
}

describe("_X_AMZN_TRACE_ID", () => {
  /** The function's value, and the span that it must name. */
  async function told(t: TestContext, options: Pick<GatewayOptions, "tracing">, request: SentRequest) {
    const { answer, trace } = await exchangeOf(
      t,
      { ...options, function: workers(t) },
      { ...request, path: "/?do=environment" },
    );
    const { _X_AMZN_TRACE_ID: header } = JSON.parse(answer.body.toString());
    return { header, spanId: named(trace.spans, "function")?.spanId };
  }
  const root = "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736";

  it("names the trace and the function's span, which is recorded with `tracing`", async (t) => {
    const { header, spanId } = await told(t, { tracing: true }, traced("01"));
    assert.equal(header, `${root};Parent=${spanId};Sampled=1`);
  });

  it("reports that nothing is recorded without `tracing`, and where the caller does not record", async (t) => {
    for (const [tracing, flags] of [
      [false, "01"],
      [true, "00"],
    ] as const) {
      const { header, spanId } = await told(t, { tracing }, traced(flags));
      assert.equal(header, `${root};Parent=${spanId};Sampled=0`);
    }
  });
});
