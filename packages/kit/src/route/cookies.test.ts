import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readCookies, writeCookie } from "./cookies.ts";

describe("a cookie that is set", () => {
  it("is by default HttpOnly, Secure, SameSite=Lax, and limited to this API's path", () => {
    assert.equal(
      writeCookie({ name: "a", value: "b" }, "/express"),
      "a=b; Path=/express; HttpOnly; Secure; SameSite=Lax",
    );
    assert.equal(writeCookie({ name: "a", value: "b" }, ""), "a=b; Path=/; HttpOnly; Secure; SameSite=Lax");
    assert.equal(
      writeCookie(
        {
          name: "a",
          value: "b",
          maxAgeSeconds: 60,
          path: "/x",
          domain: "example.com",
          sameSite: "strict",
          httpOnly: false,
          secure: false,
        },
        "",
      ),
      "a=b; Max-Age=60; Domain=example.com; Path=/x; SameSite=Strict",
    );
  });

  it("keeps any text as its value", () => {
    for (const value of ["ä 💡; Path=/, =\"'\r\n", "", "%"]) {
      const header = writeCookie({ name: "a", value }, "");
      assert.match(header, /^a=[!-~]*; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
      assert.equal(readCookies(header.split(";")[0]).a, value);
    }
  });

  it("has a replacement character for half of a surrogate pair", () => {
    const header = writeCookie({ name: "a", value: "b\ud800" }, "");
    assert.equal(readCookies(header.split(";")[0]).a, "b\ufffd");
  });

  it("is for the whole host if its name says so", () => {
    assert.match(writeCookie({ name: "__Host-a", value: "b" }, "/express"), /; Path=\/; /);
  });

  it("is refused with a clear message if a browser would drop it", () => {
    for (const cookie of [
      { name: "__Host-a", value: "", path: "/x" },
      { name: "__Host-a", value: "", domain: "example.com" },
      { name: "__Secure-a", value: "", secure: false },
      { name: "a", value: "", sameSite: "none", secure: false },
      { name: "a", value: "x".repeat(4096) },
      { name: "a b", value: "" },
      { name: "a", value: "", path: "/;x" },
      { name: "a", value: "", domain: "a\r\nb" },
    ] as const)
      assert.throws(() => writeCookie(cookie, ""), TypeError, JSON.stringify(cookie).slice(0, 80));
  });
});

describe("received cookies", () => {
  it("are read by name, the first of each, and cannot set a prototype", () => {
    assert.deepEqual(readCookies('a=1; b="2"; a=3; c=%zz'), { a: "1", b: '"2"', c: "%zz" });
    assert.deepEqual(readCookies(undefined), {});
    const given = readCookies("__proto__=x; constructor=y");
    assert.equal(Object.getPrototypeOf(given), Object.prototype);
  });
});
