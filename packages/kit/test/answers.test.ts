/**
 * An answer has the same rules in both runtimes: a handler's invalid answer is a 500 in JSON, with a request
 * id and a log line.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { defineApi } from "../src/api.ts";
import { ApiError } from "../src/errors/api-error.ts";
import { anyone } from "../src/route/access.ts";
import type { RouteReply } from "../src/route/define-route.ts";
import { defineRoute } from "../src/route/define-route.ts";
import { paritySuite } from "../src/testing/parity-suite.ts";
import { appTarget, handlerTarget, serverTarget } from "../src/testing/targets.ts";
import { noIssuer } from "../src/testing/test-environment.ts";
import { apiOf } from "./fixtures/api.ts";

const ok = { status: 200, body: { fine: true } };
const withHeaders = (headers: object) => () => ({ ...ok, headers });

/** Invalid answers, with the log's explanation of each. */
const bad: Readonly<Record<string, readonly [answer: () => unknown, logged: RegExp]>> = {
  "a line break in a header": [withHeaders({ "x-name": "a\r\nset-cookie: b=c" }), /header x-name .*ASCII/],
  "a NUL in a header": [withHeaders({ "x-name": "a\0b" }), /header x-name .*ASCII/],
  "letters beyond Latin-1 in a header": [withHeaders({ "x-name": "Ελλάδα" }), /header x-name .*ASCII/],
  "letters of Latin-1 in a header": [
    withHeaders({ "content-disposition": 'attachment; filename="Grüße"' }),
    /header content-disposition .*ASCII/,
  ],
  "a number as a header": [withHeaders({ "retry-after": 5 }), /header retry-after must be a string/],
  "an undefined header": [withHeaders({ etag: undefined }), /header etag must be a string/],
  "a list as a header": [withHeaders({ "set-cookie": ["a=b", "c=d"] }), /header set-cookie must be a string/],
  "a space in a header's name": [withHeaders({ "x name": "a" }), /"x name" cannot be the name of a header/],
  "an empty name of a header": [withHeaders({ "": "a" }), /"" cannot be the name of a header/],
  "a header in two spellings": [
    withHeaders({ "Cache-Control": "no-cache", "cache-control": "private" }),
    /header cache-control is set twice/,
  ],
  "headers as a Map": [
    withHeaders(new Map([["etag", '"1"']])),
    /headers must be an object of names and values/,
  ],
  "an explicit length": [withHeaders({ "Content-Length": "3" }), /header content-length .*server/],
  "a transfer encoding": [
    withHeaders({ "transfer-encoding": "chunked" }),
    /header transfer-encoding .*server/,
  ],
  "a header of the connection": [withHeaders({ Connection: "keep-alive" }), /header connection .*server/],
  "an interim status": [() => ({ ...ok, status: 101 }), /status 101 .*200 to 599/],
  "a status below 100": [() => ({ ...ok, status: 99 }), /status 99 .*200 to 599/],
  "a status above 599": [() => ({ ...ok, status: 600 }), /status 600 .*200 to 599/],
  "half a status": [() => ({ ...ok, status: 200.5 }), /status 200.5 .*200 to 599/],
  "a status as text": [() => ({ ...ok, status: "200" }), /status "200" .*200 to 599/],
  "a body with 204": [() => ({ ...ok, status: 204 }), /status 204 has no body/],
  "a body with 205": [() => ({ ...ok, status: 205 }), /status 205 has no body/],
  "a body with 304": [() => ({ status: 304, body: "text" }), /status 304 has no body/],
  "a body that is not JSON": [() => ({ ...ok, body: { big: 1n } }), /BigInt/],
  "a function for a body": [() => ({ ...ok, body: () => 1 }), /body cannot be written as JSON/],
  nothing: [() => undefined, /undefined is not a response/],
  "a bad header of a refusal": [
    () => {
      throw new ApiError("001429", { reason: "Slow down", headers: { "retry-after": "später" } });
    },
    /header retry-after .*ASCII/,
  ],
  "a status without a body of a refusal": [
    () => {
      throw new ApiError("001429", { reason: "Slow down", status: 204 });
    },
    /status 204 has no body/,
  ],
};

const good: Readonly<Record<string, readonly [answer: () => unknown, status: number, headers: object]>> = {
  "a header's name in capitals": [
    withHeaders({ "Cache-Control": "private", "Content-Type": "application/problem+json" }),
    200,
    { "cache-control": "private", "content-type": "application/problem+json" },
  ],
  "spaces around a header": [withHeaders({ "x-name": " a\tb " }), 200, { "x-name": "a\tb" }],
  "an empty header": [withHeaders({ "x-name": "" }), 200, { "x-name": "" }],
  "null for no body": [() => ({ status: 204, body: null }), 204, {}],
  "a redirect": [
    () => ({ status: 302, body: undefined, headers: { Location: "/v1/there" } }),
    302,
    { location: "/v1/there" },
  ],
  "a refusal with a header in capitals": [
    () => {
      throw new ApiError("001429", { reason: "Slow down", headers: { "Retry-After": "7" } });
    },
    429,
    { "retry-after": "7" },
  ],
};

const answer = defineRoute({
  operationId: "answer",
  method: "GET",
  path: "/v1/answer/{kind}",
  summary: "Answers with what is asked for.",
  responses: (z) =>
    Object.fromEntries(
      [200, 204, 205, 302, 304].map((status) => [
        status,
        {
          description: "An answer.",
          ...([200, 302].includes(status) && { schema: z.unknown() }),
          ...(status === 200 && { alternatives: { "application/problem+json": z.unknown() } }),
        },
      ]),
    ),
}).handler(anyone(async ({ params: { kind } }) => ({ ...bad, ...good })[kind]?.[0]() as RouteReply as never));

const pathOf = (kind: string) => `/v1/answer/${encodeURIComponent(kind)}`;

const DATABASE_URL = 'postgres://owner:pass"word@db/orders';
const database = defineApi({
  name: "database",
  version: "1.0.0",
  description: "Has a secret.",
  settings: {
    DATABASE_URL: {
      description: "A database.",
      rule: "a URL",
      example: "postgres://",
      secret: true,
      parse: String,
    },
  },
  routes: {
    "GET /v1/orders": async () =>
      defineRoute({
        operationId: "listOrders",
        method: "GET",
        path: "/v1/orders",
        summary: "Lists orders.",
        errors: ["001502"],
        responses: (z) => ({ 200: { description: "The orders.", schema: z.unknown() } }),
      }).handler(
        anyone(async () => {
          const fields = [{ in: "query", name: "order", message: DATABASE_URL }] as const;
          throw new ApiError("001502", { reason: `cannot reach ${DATABASE_URL}`, fields });
        }),
      ),
  },
});

describe("an error answer", () => {
  for (const [where, start] of [
    ["the app", appTarget],
    ["the server", serverTarget],
    ["the Lambda handler", handlerTarget],
  ] as const)
    it(`has three stars in place of a secret that the handler quotes, from ${where}`, async (t) => {
      const target = await start({ api: database, issuer: noIssuer, environment: { DATABASE_URL } });
      t.after(() => target.close());
      for (const accept of ["application/json", "application/problem+json"]) {
        const { status, headers, body } = await target.request({
          method: "GET",
          path: "/v1/orders",
          headers: { accept },
        });
        const problem = JSON.parse(body.toString());
        const { reason = problem.detail, fields } = problem.error ?? problem;
        assert.deepEqual([status, reason, fields[0].message], [502, "cannot reach ***", "***"]);
        assert.doesNotMatch(body.toString() + JSON.stringify(headers), /owner/);
      }
    });
});

for (const environment of ["production", "test"])
  for (const start of [appTarget, serverTarget, handlerTarget]) {
    const lines: string[] = [];
    const target = await start({
      api: apiOf([answer]),
      issuer: noIssuer,
      environment: { NODE_ENV: environment },
      write: (line) => lines.push(line),
    });

    describe(`${target.name}, in ${environment}`, () => {
      for (const [kind, [, logged]] of Object.entries(bad)) {
        it(`responds to ${kind} with 500 in JSON, and the log says why`, async () => {
          lines.length = 0;
          const { status, headers, cookies, body } = await target.request({
            method: "GET",
            path: pathOf(kind),
          });
          const { error } = JSON.parse(body.toString());
          assert.deepEqual([status, error.code, cookies], [500, "001500", []]);
          assert.equal(headers["content-type"], "application/json; charset=utf-8");
          assert.equal(headers["x-request-id"], error.requestId);
          const failures = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === "error");
          assert.deepEqual(
            failures.map(({ message, requestId }) => [message, requestId]),
            [["request failed", error.requestId]],
          );
          assert.match(JSON.stringify(failures[0].error.cause).replaceAll('\\"', '"'), logged);
        });
      }

      for (const [kind, [, expected, named]] of Object.entries(good)) {
        it(`sends ${kind}`, async () => {
          const { status, headers } = await target.request({ method: "GET", path: pathOf(kind) });
          assert.equal(status, expected);
          assert.deepEqual({ ...headers, ...named }, headers);
        });
      }

      it("is closed", () => target.close());
    });
  }

paritySuite(
  apiOf([answer]),
  [appTarget, handlerTarget, serverTarget],
  Object.entries({ ...bad, ...good }).map(([title, [, status]]) => ({
    title,
    status: typeof status === "number" ? status : 500,
    request: () => ({ method: "GET", path: pathOf(title) }),
  })),
);
