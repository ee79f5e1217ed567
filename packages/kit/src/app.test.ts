import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, createServer, request as httpRequest, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, it, mock } from "node:test";
import { noIssuer, testConfig } from "./testing/test-environment.ts";
import { createApp } from "./app.ts";
import { ApiError } from "./errors/api-error.ts";
import { anyone } from "./route/access.ts";
import { defineRoute, type HandlerContext, type Method, type Route } from "./route/define-route.ts";
import { securityHeaders } from "./request/security-headers.ts";
import { createLog } from "./log.ts";
import { createContainerRuntime } from "./container/container-runtime.ts";

type Input = HandlerContext & { readonly params: Readonly<Record<string, string>> };

/** A route that answers what `handle` gives; by default its own key and path variables. */
function route(
  method: Method,
  path: string,
  handle: (input: Input) => Promise<unknown> = async ({ params }) => ({ at: `${method} ${path}`, params }),
): Route {
  return defineRoute({
    operationId: `${method} ${path}`,
    method,
    path,
    summary: "Answers.",
    responses: (z) => ({ 200: { description: "An answer.", schema: z.unknown() } }),
  }).handler(anyone(async (input) => ({ status: 200, body: await handle(input as unknown as Input) })));
}

describe("the app", () => {
  const servers: ReturnType<typeof createServer>[] = [];
  afterEach(() => {
    mock.timers.reset();
    for (const server of servers.splice(0)) server.close().closeAllConnections();
  });

  async function start(
    routes?: readonly Route[],
    environment: Readonly<Record<string, string>> = {},
    timeoutMilliseconds = 10_000,
  ) {
    const lines: string[] = [];
    const config = testConfig(noIssuer, environment);
    const log = createLog((line) => lines.push(line));
    const runtime = createContainerRuntime({ config, log, write: () => {}, timeoutMilliseconds });
    const server = createServer(createApp({ config, runtime, log, ...(routes && { routes }) }));
    servers.push(server);
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const open = (
      method: string,
      path: string,
      headers: Readonly<Record<string, string>> = {},
      agent: Agent | false = false,
    ) => httpRequest({ host: "127.0.0.1", port, method, path, headers, agent }).end();
    const send = async (method: string, path: string, headers: Readonly<Record<string, string>> = {}) => {
      const [response] = (await once(open(method, path, headers), "response")) as [IncomingMessage];
      const body = await text(response);
      return { status: response.statusCode, headers: response.headers, body, json: () => JSON.parse(body) };
    };
    return { open, send, entries: () => lines.map((line) => JSON.parse(line)) };
  }

  describe("answers 404 in its own words", () => {
    for (const [name, method, path] of [
      ["for a path that is none of its own", "GET", "/v1/nowhere"],
      ["for the root of the host", "GET", "/"],
      ["for a known path with another method", "POST", "/v1/health"],
      ["for the endpoint of another method", "GET", "/v1/auth/token"],
      ["for OPTIONS", "OPTIONS", "/v1/health"],
      ["for a slash at the end that does not belong there", "GET", "/v1/health/"],
      ["for another case", "GET", "/v1/Health"],
      ["for two slashes", "GET", "/v1//manage/hc"],
      ["for the stage, which the gateway has cut", "GET", "/mvp/v1/health"],
      ["for a path that climbs", "GET", "/v1/users/../manage/hc"],
      ["for a path that is malformed", "GET", "/v1/%zz"],
      ["for a path with a null character", "GET", "/v1/health%00"],
      ["for a method of its own", "PROPFIND", "/v1/health"],
    ] as const) {
      it(name, async () => {
        const { send, entries } = await start(undefined, { AWS_API_GW_STAGE_NAME: "mvp" });
        const { status, headers, json } = await send(method, path);
        assert.equal(status, 404);
        assert.deepEqual(json(), {
          error: {
            code: "001404",
            title: "Not Found",
            message: "There is no such endpoint",
            reason: "There is no such endpoint",
            requestId: headers["x-request-id"],
          },
          message: "Not Found",
        });
        assert.equal(headers["content-type"], "application/json; charset=utf-8");
        assert.equal(headers["cache-control"], "no-store");
        assert.equal(headers.allow, undefined);
        assert.deepEqual(entries(), []);
      });
    }

    it("for HEAD of a GET endpoint, without a body", async () => {
      const { status, body } = await (await start()).send("HEAD", "/v1/health");
      assert.deepEqual([status, body], [404, ""]);
    });
  });

  it("finds an endpoint by its decoded path, as the gateway does", async () => {
    const { send } = await start();
    for (const path of ["/v1/manage%2Fhc", "/v1/%6Danage/hc", "/v1/health?x=/../", "/v1/health?"]) {
      assert.equal((await send("GET", path)).status, 200);
    }
  });

  it("knows a root with and without the slash at its end", async () => {
    const { send } = await start();
    for (const path of ["/v1/", "/v1"]) assert.equal((await send("GET", path)).status, 200);
    assert.equal((await send("GET", "/v1//")).status, 404);
  });

  it("knows any route with a slash at its end without it too, as a gateway has no other", async () => {
    const { send } = await start([route("GET", "/orders/"), route("GET", "/orders/{id}/")]);
    for (const path of ["/orders/", "/orders", "/orders/7/", "/orders/7"])
      assert.equal((await send("GET", path)).status, 200, path);
  });

  it("is not made of two routes for the same requests", async () => {
    await assert.rejects(start([route("GET", "/a"), route("POST", "/a"), route("GET", "/a")]), {
      name: "TypeError",
      message: "Two routes are GET /a; one of them would never be called",
    });
  });

  it("sends security headers, a request id and no-store with every answer, and nothing of Express", async () => {
    const { send } = await start([
      route("GET", "/fail", async () => {
        throw new Error("secret");
      }),
      route("GET", "/fine"),
    ]);
    for (const path of ["/fine", "/fail", "/nowhere"]) {
      const { headers } = await send("GET", path, { "x-request-id": "client-0123456789" });
      for (const [name, value] of Object.entries(securityHeaders)) assert.equal(headers[name], value);
      assert.equal(headers["x-request-id"], "client-0123456789");
      assert.equal(headers["cache-control"], "no-store");
      assert.equal(headers["x-powered-by"], undefined);
      assert.equal(headers.etag, undefined);
    }
  });

  describe("routes as the gateway ranks, whatever the order in which routes are registered", () => {
    const ranked = [
      route("GET", "/a/b"),
      route("POST", "/a/b"),
      route("GET", "/a/{x}"),
      route("PUT", "/a/{x}"),
      route("GET", "/a/{x}/c"),
      route("GET", "/a/{rest+}"),
      route("DELETE", "/{all+}"),
    ];
    for (const [order, routes] of [
      ["first to last", ranked],
      ["last to first", ranked.toReversed()],
    ] as const) {
      for (const [method, path, expected] of [
        ["GET", "/a/b", { at: "GET /a/b", params: {} }],
        ["POST", "/a/b", { at: "POST /a/b", params: {} }],
        ["PUT", "/a/b", { at: "PUT /a/{x}", params: { x: "b" } }],
        ["GET", "/a/z", { at: "GET /a/{x}", params: { x: "z" } }],
        ["GET", "/a/b/c", { at: "GET /a/{x}/c", params: { x: "b" } }],
        ["GET", "/a/b/d", { at: "GET /a/{rest+}", params: { rest: "b/d" } }],
        ["GET", "/a/100%25", { at: "GET /a/{x}", params: { x: "100%" } }],
        ["GET", "/a/x%2Fy", { at: "GET /a/{rest+}", params: { rest: "x/y" } }],
        ["GET", "/a/x%3Fy%23z", { at: "GET /a/{x}", params: { x: "x?y#z" } }],
        ["DELETE", "/a/b", { at: "DELETE /{all+}", params: { all: "a/b" } }],
      ] as const) {
        it(`${method} ${path} is for ${expected.at}, registered ${order}`, async () => {
          assert.deepEqual((await (await start(routes)).send(method, path)).json(), expected);
        });
      }
    }
  });

  it("tells the caller of an unexpected error where to ask and nothing more, and the log everything", async () => {
    const failing = route("GET", "/fail", async () => {
      throw Object.assign(new Error("the password is 42"), { config: { apiKey: "a key" } });
    });
    const { send, entries } = await start([failing]);
    const { status, headers, body, json } = await send("GET", "/fail");
    assert.equal(status, 500);
    assert.deepEqual(json(), {
      error: {
        code: "001500",
        title: "Internal error",
        message: "Oops, something went wrong!",
        reason: "The error was logged; quote the request id when you report it",
        requestId: headers["x-request-id"],
      },
      message: "Internal Server Error",
    });
    assert.doesNotMatch(body, /password|app\.test|node_modules/);
    const [entry, ...others] = entries();
    assert.deepEqual(others, []);
    assert.deepEqual(
      [entry.level, entry.message, entry.requestId],
      ["error", "request failed", headers["x-request-id"]],
    );
    assert.equal(entry.error.cause.message, "the password is 42");
    assert.match(entry.error.cause.stack, /app\.test\.ts/);
    assert.doesNotMatch(JSON.stringify(entry), /a key/);
  });

  it("survives whatever a handler throws", async () => {
    for (const thrown of [undefined, null, "a text", 42, Object.create(null), new TypeError("x")]) {
      const { send } = await start([
        route("GET", "/fail", async () => {
          throw thrown;
        }),
      ]);
      assert.equal((await send("GET", "/fail")).status, 500);
    }
  });

  it("answers an error of the catalogue as it is, with its own headers", async () => {
    const { send, entries } = await start([
      route("GET", "/busy", async () => {
        throw new ApiError("001429", { reason: "Later", headers: { "retry-after": "60" } });
      }),
    ]);
    const { status, headers, json } = await send("GET", "/busy");
    assert.deepEqual([status, headers["retry-after"], json().error.reason], [429, "60", "Later"]);
    assert.deepEqual(entries(), []);
  });

  it("answers at the deadline whatever the handler does, and tells the handler", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    const entered = Promise.withResolvers<AbortSignal>();
    const finish = Promise.withResolvers<string>();
    const slow = route("GET", "/slow", ({ signal }) => {
      entered.resolve(signal);
      return finish.promise;
    });
    const { send, entries } = await start([slow], {}, 28_500);
    const answer = send("GET", "/slow");
    const signal = await entered.promise;
    mock.timers.tick(28_499);
    assert.equal(signal.aborted, false);
    mock.timers.tick(1);
    assert.equal(signal.aborted, true);
    assert.ok(signal.reason instanceof ApiError);
    const { status, json } = await answer;
    assert.deepEqual([status, json().error.code, json().message], [503, "002503", "Service Unavailable"]);
    // What the handler gives later goes nowhere, and harms nobody.
    finish.resolve("too late");
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(entries().length, 1);
    assert.equal(entries()[0].requestId, json().error.requestId);
  });

  it("logs a deadline once when the handler gives up because of it", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    const entered = Promise.withResolvers<void>();
    const slow = route("GET", "/slow", async ({ signal }) => {
      entered.resolve();
      await once(signal, "abort");
      throw signal.reason;
    });
    const { send, entries } = await start([slow], {}, 100);
    const answer = send("GET", "/slow");
    await entered.promise;
    mock.timers.tick(100);
    assert.equal((await answer).status, 503);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(entries().length, 1);
  });

  it("logs an error that comes after the deadline, and leaves answer and connection alone", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    const entered = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<never>();
    const slow = route("GET", "/slow", () => {
      entered.resolve();
      return finish.promise;
    });
    const { open, entries } = await start([slow], {}, 100);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      const first = open("GET", "/slow", {}, agent);
      await entered.promise;
      mock.timers.tick(100);
      const [answer] = (await once(first, "response")) as [IncomingMessage];
      assert.equal(answer.statusCode, 503);
      await text(answer);
      finish.reject(new Error("too late"));
      await new Promise((resolve) => setImmediate(resolve));
      const second = open("GET", "/nowhere", {}, agent);
      const [next] = (await once(second, "response")) as [IncomingMessage];
      assert.equal(next.statusCode, 404);
      assert.equal(second.reusedSocket, true);
    } finally {
      agent.destroy();
    }
    assert.deepEqual(
      entries().map(({ error }) => error.cause?.message),
      [undefined, "too late"],
    );
  });

  it("has no deadline left once it has answered", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    const signals: AbortSignal[] = [];
    const fine = route("GET", "/fine", async ({ signal }) => {
      signals.push(signal);
      return "done";
    });
    const { send, entries } = await start([fine], {}, 100);
    assert.equal((await send("GET", "/fine")).status, 200);
    mock.timers.tick(1_000);
    assert.equal(signals[0]?.aborted, false);
    assert.deepEqual(entries(), []);
  });

  it("tells the handler when the caller has gone", async () => {
    const entered = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<unknown>();
    const slow = route("GET", "/slow", async ({ signal }) => {
      entered.resolve();
      await once(signal, "abort");
      gone.resolve(signal.reason);
      throw signal.reason;
    });
    const { open, entries } = await start([slow]);
    const request = open("GET", "/slow").on("error", () => {});
    await entered.promise;
    request.destroy();
    assert.match(String(await gone.promise), /caller has gone/);
    // That is no error of this API.
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(entries(), []);
  });

  it("takes no parameter of a query for a structure", async () => {
    const query = defineRoute({
      operationId: "query",
      method: "GET",
      path: "/query",
      summary: "Answers its query.",
      request: (z) => ({ query: z.looseObject({}) }),
      responses: (z) => ({ 200: { description: "The query.", schema: z.unknown() } }),
    }).handler(anyone(async (input) => ({ status: 200, body: input.query })));
    const { send } = await start([query]);
    const { json } = await send("GET", "/query?a[b]=1&a[__proto__][c]=2&d=1,2&e=1&e=2");
    assert.deepEqual(json(), { "a[b]": "1", "a[__proto__][c]": "2", d: "1,2", e: ["1", "2"] });
  });

  it("without a feature has none of its endpoints, and lists none of them", async () => {
    const { send } = await start(
      [...allRoutes, route("GET", "/list", async ({ routes }) => routes.map(({ path }) => path))],
      {
        AUTH_ENDPOINTS: "off",
      },
    );
    for (const path of ["/v1/auth/token", "/v1/auth/refresh"]) {
      const { status, json } = await send("POST", path);
      assert.deepEqual([status, json().error.code], [404, "001404"]);
    }
    const listed = (await send("GET", "/list")).json();
    assert.ok(listed.includes("/v1/health"));
    assert.deepEqual(
      listed.filter((path: string) => path.includes("/auth/")),
      [],
    );
    assert.doesNotMatch((await send("GET", "/v1/openapi.json")).body, /v1\/auth\/(token|refresh)"/);
  });
});
