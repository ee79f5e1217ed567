import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  comparePaths,
  decodePath,
  encodePath,
  encodeQuery,
  expressPath,
  routeKey,
  stripStage,
} from "./request-path.ts";

describe("a path", () => {
  for (const decoded of [
    "/",
    "/v1/",
    "//a//b/",
    "/100%",
    "/%2F",
    "/a b/ü/€/𝄞",
    "/a?b#c",
    "/..;/.",
    "/a\\b\n\0",
    "/:id@x,y;z=1&2+3$4",
  ]) {
    it(`survives a round trip through a URL: ${JSON.stringify(decoded)}`, () => {
      const encoded = encodePath(decoded);
      assert.match(encoded, /^\/[!-~]*$/);
      assert.doesNotMatch(encoded, /[?#\\]/);
      assert.equal(decodePath(encoded), decoded);
      assert.deepEqual(encoded.split("/").map(decodeURIComponent), decoded.split("/"));
    });
  }

  it("keeps every legal character unchanged", () => {
    const legal = "/AZaz09-._~!$&'()*+,;=:@";
    assert.equal(encodePath(legal), legal);
    assert.equal(encodePath('/%/?#[]|\\"<>^`{} '), "/%25/%3F%23%5B%5D%7C%5C%22%3C%3E%5E%60%7B%7D%20");
  });

  for (const [encoded, decoded] of [
    ["/a%2Fb", "/a/b"],
    ["/a%20b", "/a b"],
    ["/a+b", "/a+b"],
    ["/%25zz", "/%zz"],
    ["/%252F", "/%2F"],
    ["/%zz", "/%zz"],
    ["/%", "/%"],
    ["/%C3", "/%C3"],
    ["/%ED%A0%80", "/%ED%A0%80"],
  ] as const) {
    it(`${encoded} is decoded once, and left alone if it is malformed: ${decoded}`, () => {
      assert.equal(decodePath(encoded), decoded);
    });
  }

  for (const [path, stage, stripped] of [
    ["/mvp/items", "mvp", "/items"],
    ["/mvp", "mvp", "/"],
    ["/mvp/", "mvp", "/"],
    ["/mvp/mvp", "mvp", "/mvp"],
    ["/mvpfoo", "mvp", "/mvpfoo"],
    ["/x/mvp/y", "mvp", "/x/mvp/y"],
    ["/p/mvp", "mvp", "/p/mvp"],
    ["/Mvp/items", "mvp", "/Mvp/items"],
    ["mvp/items", "mvp", "mvp/items"],
    ["/$default/items", "$default", "/$default/items"],
    ["/items", "", "/items"],
  ] as const) {
    it(`${path} without the stage ${stage || "(none)"} is ${stripped}`, () => {
      assert.equal(stripStage(path, stage), stripped);
    });
  }
});

describe("a route's path", () => {
  for (const [path, inExpress] of [
    ["/v1/", "/v1/"],
    ["/v1/orders/{orderId}", "/v1/orders/:orderId"],
    ["/v1/{a}/x/{b}", "/v1/:a/x/:b"],
    ["/v1/files/{path+}", "/v1/files/*path"],
    ["/v1/{a}/{rest+}", "/v1/:a/*rest"],
  ] as const) {
    it(`${path} is ${inExpress} for Express`, () => assert.equal(expressPath(path), inExpress));
  }

  for (const [path, key] of [
    ["/", "GET /"],
    ["/v1/", "GET /v1"],
    ["/v1/orders/{orderId}", "GET /v1/orders/{orderId}"],
  ] as const) {
    it(`${path} has the route key ${key}`, () => assert.equal(routeKey("GET", path), key));
  }

  it("ranks literals before variables and variables before greedy ones, whatever their order", () => {
    const ranked = [
      "/a/b/c",
      "/a/b/{z}",
      "/a/b",
      "/a/{y}/c",
      "/a/{y}",
      "/a/{rest+}",
      "/{x}/b",
      "/{x}/{y}",
      "/{all+}",
    ];
    // All rotations and reversals: each pair meets in both orders.
    for (let start = 0; start < ranked.length; start++) {
      const rotated = [...ranked.slice(start), ...ranked.slice(0, start)];
      assert.deepEqual(rotated.toSorted(comparePaths), ranked);
      assert.deepEqual(rotated.toReversed().sort(comparePaths), ranked);
    }
  });
});

describe("a target with characters that a URL may not contain", () => {
  it("is encoded, so that it stays one path and one query", () => {
    assert.equal(encodeQuery('a=b c&d=#e&f=ä&g=%zz&h=[{|\\"}]'), 'a=b%20c&d=%23e&f=%C3%A4&g=%zz&h=[{|\\"}]');
  });

  it("may contain half a surrogate pair, which becomes the replacement character", () => {
    assert.equal(encodePath("/a\ud800"), "/a%EF%BF%BD");
    assert.equal(encodeQuery("a=\ud800"), "a=%EF%BF%BD");
  });
});
