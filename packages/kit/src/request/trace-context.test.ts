import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TraceContext } from "./request-ids.ts";

const ID = "8c5e8a1c-0b5e-4f5e-9f0a-1f2e3d4c5b6a";
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";
const traceparent = `00-${TRACE}-${PARENT}-01`;
const root = "Root=1-5759e988-bd862e3fe1be46a994272793";

describe("the trace of a request", () => {
  it("is taken from traceparent, whatever else came", () => {
    const { traceId, parentSpanId } = new TraceContext({ traceparent, "x-amzn-trace-id": root }, ID);
    assert.deepEqual([traceId, parentSpanId], [TRACE, PARENT]);
  });

  for (const header of [root, `${root};Parent=53995c3f42cd8ad8;Sampled=0`, `Self=1-2-3;${root}`])
    it(`is taken from AWS's header, without a traceparent: ${header}`, () => {
      const { traceId } = new TraceContext({ "x-amzn-trace-id": header }, ID);
      assert.equal(traceId, "5759e988bd862e3fe1be46a994272793");
    });

  for (const bad of [
    "",
    "00",
    `ff-${TRACE}-${PARENT}-01`,
    `00-${"0".repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-1`,
    `00-${TRACE}-${PARENT}-010`,
    `00-${TRACE}-${PARENT}-01-more`,
    ` ${traceparent}`,
    `${traceparent},${traceparent}`,
    "Root=1-2-3",
  ])
    it(`begins here, with the request's own id, if the header is malformed: "${bad}"`, () => {
      const trace = new TraceContext({ traceparent: bad, "x-amzn-trace-id": bad, tracestate: "a=b" }, ID);
      assert.equal(trace.traceId, ID.replaceAll("-", ""));
      assert.equal(trace.headers.tracestate, undefined);
    });

  it("begins here with a new id if the request's is invalid", () => {
    const ids = ["ZhMpgigvDoEEPlg=", "ZhMpgigvDoEEPlg="].map((id) => new TraceContext({}, id).traceId);
    for (const id of ids) assert.match(id, /^[0-9a-f]{32}$/);
    assert.notEqual(ids[0], ids[1]);
  });

  it("passes on only the flags that have a meaning", () => {
    for (const [received, sent] of [
      ["fd", "01"],
      ["03", "03"],
      ["04", "00"],
    ]) {
      const { headers } = new TraceContext({ traceparent: `00-${TRACE}-${PARENT}-${received}` }, ID);
      assert.equal(headers.traceparent?.slice(-2), sent);
    }
  });

  it("continues in outgoing requests, under the request's own span, with the caller's flags and state", () => {
    const trace = new TraceContext({ traceparent: `01-${TRACE}-${PARENT}-00-later`, tracestate: "a=b" }, ID);
    assert.match(trace.spanId, /^[0-9a-f]{16}$/);
    assert.notEqual(trace.spanId, PARENT);
    assert.deepEqual(trace.headers, {
      traceparent: `00-${TRACE}-${trace.spanId}-00`,
      tracestate: "a=b",
    });
    const fresh = new TraceContext({}, ID);
    assert.deepEqual(fresh.headers, { traceparent: `00-${fresh.traceId}-${fresh.spanId}-01` });
  });
});
