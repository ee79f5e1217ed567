import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, it } from "node:test";
import { createLog } from "../log.ts";
import type { ReceivedRequest } from "../route/runtime.ts";
import { principalOf, RequestContext, requestContext, setRequestContext } from "./request-context.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("the context of a request", () => {
  const received = {
    requestId: "the-runtime's",
    lambdaRequestId: undefined,
    timeoutMilliseconds: 0,
    basePath: "",
    origin: "",
  };
  const make = (more: Partial<ReceivedRequest> = {}, headers = {}, lines: string[] = []) =>
    new RequestContext(
      { ...received, ...more },
      headers,
      createLog((line) => lines.push(line)),
    );
  const request = () => new IncomingMessage(new Socket());

  it("belongs to its own request, which has no caller before the access check", () => {
    const [first, second] = [request(), request()];
    const contexts = [make({ requestId: undefined }), make()];
    setRequestContext(first, contexts[0] as RequestContext);
    setRequestContext(second, contexts[1] as RequestContext);
    assert.equal(requestContext(first), contexts[0]);
    assert.equal(requestContext(second).requestId, "the-runtime's");
    assert.equal(principalOf(first), undefined);
  });

  it("is missing from a request that never entered the app, and from one that only claims to have it", () => {
    const stranger = Object.assign(request(), { context: make(), "request context": make() });
    for (const read of [requestContext, principalOf])
      assert.throws(() => read(stranger), { message: "The request has no context" });
  });

  it("has the infrastructure's id, or a new one each time", () => {
    assert.equal(make().requestId, "the-runtime's");
    const [first, second] = [make({ requestId: undefined }), make({ requestId: undefined })];
    assert.match(first.requestId, UUID);
    assert.notEqual(first.requestId, second.requestId);
  });

  it("writes log lines with each id of the request: the gateway's, Lambda's, the trace's and the caller's", () => {
    const lines: string[] = [];
    const lambdaRequestId = "8c5e8a1c-0b5e-4f5e-9f0a-1f2e3d4c5b6a";
    make({ lambdaRequestId }, { "x-request-id": "client-0123" }, lines).log.info("hello");
    const { requestId, traceId, clientRequestId, ...line } = JSON.parse(lines.join());
    assert.deepEqual(
      [requestId, line.lambdaRequestId, traceId, clientRequestId],
      ["the-runtime's", lambdaRequestId, "8c5e8a1c0b5e4f5e9f0a1f2e3d4c5b6a", "client-0123"],
    );
  });

  it("aborts its signal once, with the first reason, even if the signal is read later", () => {
    const [deadline, gone] = [new Error("deadline"), new Error("gone")];
    const early = make();
    const { signal } = early;
    assert.equal(signal.aborted, false);
    early.abort(deadline);
    early.abort(gone);
    assert.equal(signal.reason, deadline);
    const late = make();
    late.abort(gone);
    assert.equal(late.signal.reason, gone);
    assert.equal(late.abortReason, gone);
  });
});
