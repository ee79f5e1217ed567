import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { requestOrigin } from "./request-origin.ts";

describe("requestOrigin", () => {
  for (const host of ["example.com", "localhost:3000", "127.0.0.1:1", "[::1]:8080", "a-b.c"]) {
    it(`accepts ${host}`, () => assert.equal(requestOrigin("http", host), `http://${host}`));
  }

  for (const host of [
    undefined,
    "",
    "a b",
    "$(id)",
    "`id`",
    "a;id",
    "a'b",
    'a"b',
    "<b>",
    "user@host",
    "host/path",
    "host:port",
    "host:123456",
    "ä",
    "a\nb",
  ]) {
    it(`rejects ${JSON.stringify(host)}`, () => {
      assert.equal(requestOrigin("https", host), undefined);
    });
  }

  it("rejects other protocols", () => {
    for (const protocol of [undefined, "", "ftp", "javascript", "https,http"]) {
      assert.equal(requestOrigin(protocol, "example.com"), undefined);
    }
  });
});
