import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { lazyRecord } from "../lazy-record.ts";
import { createRouteTable } from "./route-requests.ts";

const table = (keys: readonly string[], forAnyMethod: readonly string[] = []) =>
  createRouteTable(Object.fromEntries(keys.map((key) => [key, undefined])), forAnyMethod);

describe("a table of routes", () => {
  it("finds a literal path, with and without the trailing slash of its route", () => {
    const { exact } = table(["GET /v1/", "GET /v1/orders", "POST /v1/orders", "GET /v1/{x}"]);
    assert.equal(exact("GET", "/v1/orders"), "GET /v1/orders");
    assert.equal(exact("POST", "/v1/orders"), "POST /v1/orders");
    assert.equal(exact("GET", "/v1"), "GET /v1/");
    assert.equal(exact("GET", "/v1/"), "GET /v1/");
    for (const path of ["/v1/orders/", "/v1/Orders", "/v1/other", "", "/__proto__"])
      assert.equal(exact("GET", path), undefined, path);
  });

  it("takes the decoded name of a variable for a value, not for a literal path", () => {
    const { exact } = table(["GET /v1/orders/{orderId}"]);
    assert.equal(exact("GET", "/v1/orders/{orderId}"), undefined);
  });

  it("gives HEAD the route of GET, unless HEAD has its own at the same path", () => {
    const { exact, others } = table([
      "GET /a",
      "GET /b",
      "HEAD /b",
      "GET /{x}/y",
      "GET /{x}/z",
      "HEAD /{x}/z",
      "POST /c",
    ]);
    assert.equal(exact("HEAD", "/a"), "GET /a");
    assert.equal(exact("HEAD", "/b"), "HEAD /b");
    assert.equal(exact("HEAD", "/c"), undefined);
    assert.deepEqual(
      ["/1/y", "/1/z"].map((path) => others("HEAD", path).map(({ key }) => key)),
      [["GET /{x}/y"], ["HEAD /{x}/z"]],
    );
  });

  it("ranks full matches, then greedy routes; the method before any; a literal before a variable", () => {
    const keys = [
      "GET /a/b/{z}",
      "GET /a/{y}/c",
      "GET /{x}/b/c",
      "GET /a/b/{rest+}",
      "GET /a/{rest+}",
      "GET /{all+}",
    ];
    const anyMethod = ["ANY /a/b/c", "ANY /a/{proxy+}"];
    const ranked = [...keys.slice(0, 3), "ANY /a/b/c", ...keys.slice(3), "ANY /a/{proxy+}"];
    for (const order of [keys, keys.toReversed()]) {
      const found = table(order, anyMethod).others("GET", "/a/b/c");
      assert.deepEqual(
        found.map(({ key }) => key),
        ranked,
      );
    }
  });

  it("returns decoded variables, greedy ones as text with slashes", () => {
    const { others } = table(["GET /{a}/x/{b}", "GET /{a}/{rest+}"]);
    assert.deepEqual(others("GET", "/100%25/x/%C3%A4"), [
      { key: "GET /{a}/x/{b}", params: { a: "100%", b: "ä" } },
      { key: "GET /{a}/{rest+}", params: { a: "100%", rest: "x/ä" } },
    ]);
  });

  it("matches no variable with an empty segment", () => {
    const { others } = table(["GET /a/{x}", "GET /{x}/b", "GET /a/{rest+}"]);
    for (const path of ["/a", "/a/", "//b"]) assert.deepEqual(others("GET", path), [], path);
  });

  it("reads its list of routes for the first two requests only", () => {
    const keys = ["GET /v1/orders", "GET /v1/orders/{id}"];
    let reads = 0;
    const { exact, others } = createRouteTable(
      lazyRecord(
        (key) => {
          reads += 1;
          return keys.includes(key) || undefined;
        },
        () => keys,
      ),
      [],
    );
    assert.equal(exact("GET", "/v1/orders"), "GET /v1/orders");
    assert.equal(reads, 1);
    const ask = () => [
      exact("GET", "/v1/orders"),
      exact("GET", "/v1/orders/7"),
      others("GET", "/v1/orders/7").length,
    ];
    assert.deepEqual(ask(), ["GET /v1/orders", undefined, 1]);
    const before = reads;
    assert.deepEqual(ask(), ["GET /v1/orders", undefined, 1]);
    assert.equal(reads, before);
  });

  it("does as much work for a path among 10,000 routes as among 10", () => {
    const keys = (count: number) => Array.from({ length: count }, (_, index) => `GET /v1/r${index}/{id}`);
    const lookups = (count: number): number => {
      const { others } = table(keys(count));
      others("GET", "/v1/r7/x");
      const get = mock.method(Map.prototype, "get");
      try {
        assert.equal(others("GET", "/v1/r7/x").length, 1);
        return get.mock.callCount();
      } finally {
        get.mock.restore();
      }
    };
    assert.equal(lookups(10_000), lookups(10));
  });
});
