import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { requestIdFrom } from "./request-context.ts";

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

  it("is new each time where nobody gives one", () => {
    assert.notEqual(requestIdFrom(undefined, undefined), requestIdFrom(undefined, undefined));
  });
});
