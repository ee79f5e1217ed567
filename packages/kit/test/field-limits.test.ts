import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { anyone } from "../src/route/access.ts";
import { defineRoute } from "../src/route/define-route.ts";
import type { RequestToSend } from "../src/testing/payload-event.ts";
import {
  type Answer,
  handlerTarget,
  serverTarget,
  startTargets,
  type Target,
} from "../src/testing/targets.ts";
import { noIssuer } from "../src/testing/test-environment.ts";
import { apiOf } from "./fixtures/api.ts";
import { encodings, type Fields } from "./support/bodies.ts";

const count = (value: unknown) => (Array.isArray(value) ? value.length : value === undefined ? 0 : 1);

const countQuery = defineRoute({
  operationId: "countQuery",
  method: "GET",
  path: "/query",
  summary: "Counts the values of a field.",
  request: (z) => ({ query: z.object({ a: z.array(z.string()) }) }),
  responses: (z) => ({ 200: { description: "How many.", schema: z.number() } }),
}).handler(anyone(async ({ query }) => ({ status: 200, body: count(query.a) })));

const countForm = defineRoute({
  operationId: "countForm",
  method: "POST",
  path: "/form",
  summary: "Counts the values of a field.",
  consumes: ["application/x-www-form-urlencoded", "multipart/form-data"],
  request: (z) => ({ body: z.object({ a: z.unknown() }) }),
  responses: (z) => ({ 200: { description: "How many.", schema: z.number() } }),
}).handler(anyone(async ({ body }) => ({ status: 200, body: count(body.a) })));

const listNumbers = defineRoute({
  operationId: "listNumbers",
  method: "POST",
  path: "/numbers",
  summary: "Takes numbers.",
  request: (z) => ({ body: z.object({ list: z.array(z.number()) }) }),
  responses: (z) => ({ 200: { description: "How many.", schema: z.number() } }),
}).handler(anyone(async ({ body }) => ({ status: 200, body: body.list.length })));

const strictObject = defineRoute({
  operationId: "strictObject",
  method: "POST",
  path: "/strict",
  summary: "Takes nothing.",
  request: (z) => ({ body: z.strictObject({}) }),
  responses: (z) => ({ 200: { description: "Nothing.", schema: z.null() } }),
}).handler(anyone(async () => ({ status: 200, body: null })));

const echoJson = defineRoute({
  operationId: "echoJson",
  method: "POST",
  path: "/json",
  summary: "Answers with what it gets.",
  request: (z) => ({ body: z.json() }),
  responses: (z) => ({ 200: { description: "The same.", schema: z.unknown() } }),
}).handler(anyone(async ({ body }) => ({ status: 200, body })));

const api = apiOf([countQuery, countForm, listNumbers, strictObject, echoJson]);
let targets: readonly Target[] = [];
before(async () => {
  targets = await startTargets([serverTarget, handlerTarget], { api, issuer: noIssuer });
});
after(() => Promise.all(targets.map((target) => target.close())));

async function answersTo(request: RequestToSend): Promise<readonly Answer[]> {
  return Promise.all(targets.map((target) => target.request(request)));
}

const errorOf = ({ body }: Answer) => JSON.parse(String(body)).error;
const fields = (number: number): Fields => Array.from({ length: number }, () => ["a", "1"]);
const query = (number: number): RequestToSend => ({ method: "GET", path: `/query?${"a&".repeat(number)}` });

describe("at most 1,000 fields, in both runtimes", () => {
  for (const [name, encode] of [
    ["a form", encodings.form],
    ["a multipart form", encodings.multipart],
  ] as const) {
    const post = (number: number): RequestToSend => {
      const { contentType, body } = encode(fields(number));
      return { method: "POST", path: "/form", headers: { "content-type": contentType }, body };
    };

    it(`${name} of 1,000 is read, and one of 1,001 is 413, which names the limit`, async () => {
      for (const { status, body } of await answersTo(post(1000)))
        assert.deepEqual([status, String(body)], [200, "1000"]);
      for (const answer of await answersTo(post(1001))) {
        const { code, reason } = errorOf(answer);
        assert.deepEqual([answer.status, code], [413, "001413"]);
        assert.equal(reason, "The body has more than 1000 fields");
      }
    });
  }

  it("a query of 1,000 is read, and one of 1,001 is 414: no field is dropped silently", async () => {
    for (const { status, body } of await answersTo(query(1000)))
      assert.deepEqual([status, String(body)], [200, "1000"]);
    for (const answer of await answersTo(query(1001))) {
      const { code, reason } = errorOf(answer);
      assert.deepEqual([answer.status, code], [414, "001414"]);
      assert.equal(reason, "The query has more than 1000 fields");
    }
  });
});

describe("JSON of at most 500 levels, in both runtimes", () => {
  const nested = (levels: number, open: string, close: string): RequestToSend => ({
    method: "POST",
    path: "/json",
    headers: { "content-type": "application/json" },
    body: open.repeat(levels) + (open === "[" ? "" : "1") + close.repeat(levels),
  });

  for (const [name, open, close] of [
    ["arrays", "[", "]"],
    ["objects", '{"a":', "}"],
  ] as const) {
    it(`${name}: 500 are read, 501 and 100,000 are refused, and no stack overflows`, async () => {
      for (const { status } of await answersTo(nested(500, open, close))) assert.equal(status, 200);
      for (const levels of [501, 100_000]) {
        for (const answer of await answersTo(nested(levels, open, close))) {
          const { code, reason } = errorOf(answer);
          assert.deepEqual([answer.status, code], [400, "001400"]);
          assert.equal(reason, "The body has more than 500 levels");
        }
      }
    });
  }
});

describe("the response to a body that does not match its schema stays short, in both runtimes", () => {
  const post = (path: string, body: unknown): RequestToSend => ({
    method: "POST",
    path,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

  for (const [name, request] of [
    ["200,000 wrong items", post("/numbers", { list: Array(200_000).fill("x") })],
    ["a wrong field with a long name", post("/strict", { ["x".repeat(900_000)]: 1 })],
    [
      "100,000 unknown fields",
      post("/strict", Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [index, 1]))),
    ],
  ] as const) {
    it(name, async () => {
      for (const answer of await answersTo(request)) {
        assert.deepEqual([answer.status, errorOf(answer).code], [400, "001400"]);
        assert.ok(answer.body.length < 64 * 1024, `${answer.body.length} bytes`);
      }
    });
  }
});
