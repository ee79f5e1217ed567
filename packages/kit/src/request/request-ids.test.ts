import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { clientRequestIdOf } from "./request-ids.ts";

describe("a caller's own request id", () => {
  for (const id of [
    "12345678",
    "0af76519-16cd-43dd-8448-eb211c80319c",
    "Root=1-66705b09-5f85233d2fb7bd54034f7e30",
    "ZhMpgigvDoEEPlg=",
    "a.b_c:d+e/f=g-h",
    "x".repeat(128),
  ]) {
    it(`is logged if it is well-formed: ${id.slice(0, 40)}`, () => {
      assert.equal(clientRequestIdOf({ "x-request-id": id }), id);
    });
  }

  for (const [name, header] of [
    ["empty", ""],
    ["too short", "1234567"],
    ["too long", "x".repeat(129)],
    ["with a space", "1234 5678"],
    ["with a line break", "12345678\n"],
    ["with quotes", '"12345678"'],
    ["with markup", "<script>1</script>"],
    ["of several headers", "12345678,87654321"],
    ["a list", ["12345678", "87654321"]],
    ["that starts like an option", "-12345678"],
    ["that is not ASCII", "ä12345678"],
    ["with a null character", "12345678\0"],
  ] as const) {
    it(`is ignored if it is ${name}`, () => {
      assert.equal(clientRequestIdOf({ "x-request-id": header as string }), undefined);
    });
  }
});
