/** How an old endpoint announces its end: in both runtimes, in the document and on the landing page. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import supertest from "supertest";
import { defineApi } from "../src/api.ts";
import { docsRoutes } from "../src/docs/docs-routes.ts";
import { openApiDocument } from "../src/docs/openapi.ts";
import { apiKey, auth } from "../src/route/access.ts";
import { type Deprecation, defineRoute, type Route, type Zod } from "../src/route/define-route.ts";
import { demandDocumentable } from "../src/route/schema-faults.ts";
import { appTarget, handlerTarget, type Target } from "../src/testing/targets.ts";
import { createTestApiKeys } from "../src/testing/test-api-keys.ts";
import { testApp } from "../src/testing/test-app.ts";
import { startTestIssuer, type TestIssuer } from "../src/testing/test-issuer.ts";

const deprecated: Deprecation = {
  since: "2026-05-01",
  sunset: "2027-01-31",
  successor: "/v2/orders/{orderId}/{rest+}",
};
const contract = {
  operationId: "getOrder",
  method: "GET",
  path: "/v1/orders/{orderId}/{rest+}",
  summary: "Gets an order.",
  responses: (z: Zod) => ({ 200: { description: "It.", schema: z.object({}) } }),
} as const;
const keys = createTestApiKeys();
const services = { apiKeys: { create: () => keys.store } };
const base = { name: "old", version: "1.0.0", description: "Old.", services } as const;
const { defineRoute: define } = defineApi({ ...base, routes: {} });

const routes: readonly Route[] = [
  defineRoute({ ...contract, deprecated }).handler(auth(async () => ({ status: 200, body: {} }))),
  define({
    ...contract,
    operationId: "countOrders",
    path: "/v1/count",
    deprecated: { since: "2026-05-01" },
  }).handler(apiKey(async () => ({ status: 200, body: {} }))),
  defineRoute({ ...contract, operationId: "getNew", path: "/v2/orders/{orderId}/{rest+}" }).handler(
    auth(async () => ({ status: 200, body: {} })),
  ),
];
const api = defineApi({
  ...base,
  routes: {
    ...Object.fromEntries(routes.map((route) => [`${route.method} ${route.path}`, async () => route])),
    ...docsRoutes({ prefix: "/docs" }),
  },
});

for (const start of [appTarget, handlerTarget])
  describe(`a deprecated endpoint, in ${start === appTarget ? "the container" : "the function"}`, () => {
    let issuer: TestIssuer;
    let target: Target;
    let silent: Target;
    let lines: string[] = [];
    before(async () => {
      issuer = await startTestIssuer();
      const write = (line: string) => void lines.push(line);
      const environment = { ACCESS_LOG_SUBJECT: "on" };
      target = await start({ api, issuer, environment, write });
      silent = await start({ api, issuer, write });
    });
    after(async () => {
      await target.close();
      await silent.close();
      await issuer.close();
    });

    const call = (path: string, headers: Readonly<Record<string, string>>, of = target) => {
      lines = [];
      return of.request({ method: "GET", path, headers });
    };
    const logged = () =>
      lines
        .filter((line) => line.includes("a deprecated endpoint was called"))
        .map((line) => JSON.parse(line));

    it("says since when, until when, and what to use instead, also on refusals", async () => {
      const authorization = issuer.bearer([]);
      for (const [headers, status] of [
        [{ authorization }, 200],
        [{}, 401],
      ] as const) {
        const answer = await call("/v1/orders/a%20b/c/d", headers);
        assert.equal(answer.status, status);
        assert.equal(answer.headers.deprecation, `@${Date.UTC(2026, 4, 1) / 1000}`);
        assert.equal(answer.headers.sunset, "Sun, 31 Jan 2027 00:00:00 GMT");
        const link = `<${target.basePath}/v2/orders/a%20b/c/d>; rel="successor-version"`;
        assert.equal(answer.headers.link, link);
      }
      const { headers } = await call("/v2/orders/a/b", { authorization });
      assert.deepEqual(
        [headers.deprecation, headers.sunset, headers.link],
        [undefined, undefined, undefined],
      );
    });

    it("logs each caller: the key's prefix, and the subject if it may be logged", async () => {
      await call("/v1/orders/a/b", { authorization: issuer.bearer([]) });
      assert.deepEqual(
        logged().map(({ level, operationId, subject }) => [level, operationId, subject]),
        [["warn", "getOrder", "alice"]],
      );
      await call("/v1/orders/a/b", { authorization: issuer.bearer([]) }, silent);
      assert.deepEqual(
        logged().map(({ operationId, subject }) => [operationId, subject]),
        [["getOrder", undefined]],
      );
      const key = keys.issue();
      const { headers } = await call("/v1/count", { "x-api-key": key }, silent);
      assert.deepEqual([headers.sunset, headers.link], [undefined, undefined]);
      assert.deepEqual(
        logged().map(({ operationId, apiKey }) => [operationId, apiKey]),
        [["countOrders", key.split(".")[0]]],
      );
      await call("/v1/orders/a/b", {});
      assert.deepEqual(logged(), [], "a refused caller has not called it");
    });
  });

describe("a deprecated endpoint", () => {
  it("is marked in the OpenAPI document, which Swagger UI and ReDoc show, and on the landing page", async () => {
    const document = await openApiDocument({ api, routes, config: { demoCallers: [] }, basePath: "" });
    const get = (path: string) => Object(document.paths?.[path]).get;
    assert.equal(get("/v1/orders/{orderId}/{rest}").deprecated, true);
    assert.match(
      get("/v1/orders/{orderId}/{rest}").description,
      /^\*\*Deprecated\*\* since 2026-05-01\. It may be gone from 2027-01-31 on\. Use `\/v2\/orders\/\{orderId\}\/\{rest\}`\./,
    );
    assert.match(get("/v1/count").description, /^\*\*Deprecated\*\* since 2026-05-01\.\n\n/);
    assert.equal(get("/v2/orders/{orderId}/{rest}").deprecated, undefined);
    const { text } = await supertest(testApp(api)).get("/docs").set("accept", "text/html");
    assert.equal(text.split("<strong>Deprecated.</strong>").length, 3);
  });

  it("is refused with a successor that neither an endpoint nor a router of the API has", async () => {
    const route = defineRoute({
      ...contract,
      deprecated: { since: "2026-05-01", successor: "/v2/orders/{orderId}" },
    }).handler(auth(async () => ({ status: 200, body: {} })));
    for (const listed of [
      { paths: ["/v1/orders", "/v2/orders/{id}"], prefixes: [] },
      { paths: [], prefixes: ["/v2"] },
    ])
      await demandDocumentable([route], listed);
    await assert.rejects(demandDocumentable([route], { paths: ["/v2/orders"], prefixes: ["/v2/o"] }), {
      message: "getOrder: the API has no endpoint /v2/orders/{orderId}, the successor of this one",
    });
  });

  for (const [what, wrong, sentence] of [
    ["a day in another form", { since: "May 2026" }, /deprecated.since is "May 2026"; write a day like/],
    [
      "a day that the month does not have",
      { since: "2026-05-01", sunset: "2026-13-01" },
      /deprecated.sunset is "2026-13-01"/,
    ],
    ["the 30th of February", { since: "2026-02-30" }, /deprecated.since is "2026-02-30"; write a day like/],
    [
      "itself as its successor",
      { since: "2026-05-01", successor: contract.path },
      /the successor \/v1\S+ is the deprecated path itself/,
    ],
    ["a sunset before it", { since: "2026-05-01", sunset: "2026-04-30" }, /the sunset 2026-04-30 is before/],
    [
      "a successor with other variables",
      { since: "2026-05-01", successor: "/v2/{id}" },
      /has \{id\}, which is not in \/v1/,
    ],
    [
      "a successor that is not a path",
      { since: "2026-05-01", successor: "v2" },
      /the successor "v2" is not a path/,
    ],
  ] as const) {
    it(`is refused with ${what} when schemas are read, and not at the cold start`, async () => {
      const route = defineRoute({ ...contract, deprecated: wrong }).handler(
        auth(async () => ({ status: 200, body: {} })),
      );
      await assert.rejects(demandDocumentable([route]), sentence);
      await assert.rejects(demandDocumentable([route]), /^TypeError: getOrder: /);
      await assert.rejects(
        openApiDocument({ api, routes: [route], config: { demoCallers: [] }, basePath: "" }),
        sentence,
      );
    });
  }
});
