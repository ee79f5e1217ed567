import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, it } from "node:test";
import { createLog } from "../log.ts";
import {
  principalOf,
  RequestContext,
  requestContext,
  requestIdFrom,
  setRequestContext,
} from "./request-context.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("the id of a request", () => {
  for (const id of [
    "12345678",
    "0af76519-16cd-43dd-8448-eb211c80319c",
    "Root=1-66705b09-5f85233d2fb7bd54034f7e30",
    "ZhMpgigvDoEEPlg=",
    "a.b_c:d+e/f=g-h",
    "x".repeat(128),
  ]) {
    it(`is the client's, where it is well-formed: ${id.slice(0, 40)}`, () => {
      assert.equal(requestIdFrom(id, "the-runtime's"), id);
    });
  }

  for (const [name, header] of [
    ["empty", ""],
    ["too short", "1234567"],
    ["too long", "x".repeat(129)],
    ["with a blank", "1234 5678"],
    ["with a line break", "12345678\n"],
    ["with quotes", '"12345678"'],
    ["with markup", "<script>1</script>"],
    ["of several headers", "12345678,87654321"],
    ["that starts like an option", "-12345678"],
    ["that is no ASCII", "ä12345678"],
    ["with a null character", "12345678\0"],
  ] as const) {
    it(`is never a client's that is ${name}`, () => {
      assert.equal(requestIdFrom(header, "the-runtime's"), "the-runtime's");
      assert.match(requestIdFrom(header, undefined), UUID);
    });
  }

  it("is never a list, nor nothing", () => {
    assert.equal(requestIdFrom(["12345678", "87654321"], "the-runtime's"), "the-runtime's");
    assert.equal(requestIdFrom(undefined, "the-runtime's"), "the-runtime's");
  });

  it("is new each time where neither client nor runtime gives one", () => {
    assert.notEqual(requestIdFrom(undefined, undefined), requestIdFrom(undefined, undefined));
  });
});

describe("the context of a request", () => {
  const received = { requestId: "the-runtime's", timeoutMilliseconds: 0, basePath: "", origin: "" };
  const make = (header?: string, lines: string[] = []) =>
    new RequestContext(
      received,
      header,
      createLog((line) => lines.push(line)),
    );
  const request = () => new IncomingMessage(new Socket());

  it("belongs to its own request, which has no caller before its access rule has been applied", () => {
    const [first, second] = [request(), request()];
    const contexts = [make("client-1"), make()];
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

  it("writes log lines with the request's id", () => {
    const lines: string[] = [];
    make("client-1", lines).log.info("hello");
    assert.equal(JSON.parse(lines[0] ?? "").requestId, "client-1");
  });

  it("aborts its signal once, with the first reason, also where the signal is asked for afterwards", () => {
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
