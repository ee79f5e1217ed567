import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, createServer, request as httpRequest, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, it, mock } from "node:test";
import express, { type Response } from "express";
import { apiOf, fixtureApi } from "../test/fixtures/api.ts";
import { type Api, defineApi } from "./api.ts";
import { createApp } from "./app.ts";
import { createContainerRuntime } from "./container/container-runtime.ts";
import { ApiError } from "./errors/api-error.ts";
import { createLog } from "./log.ts";
import { release } from "./release.ts";
import { securityHeaders } from "./request/security-headers.ts";
import { anyone } from "./route/access.ts";
import { defineRoute, type HandlerContext, type Method, type Route } from "./route/define-route.ts";
import { createServices } from "./services.ts";
import { noIssuer, testConfig } from "./testing/test-environment.ts";

type Input = HandlerContext & { readonly params: Readonly<Record<string, string>> };

/** A route that answers with the result of `handle`; by default, with its own key and path variables. */
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
    routes: Api | readonly Route[] = fixtureApi,
    environment: Readonly<Record<string, string>> = {},
    timeoutMilliseconds = 10_000,
  ) {
    const lines: string[] = [];
    const api = "routes" in routes ? routes : apiOf(routes);
    const config = testConfig(api, noIssuer, environment);
    const log = createLog((line) => lines.push(line));
    const runtime = createContainerRuntime({
      config,
      log,
      release: release(api),
      write: () => {},
      timeoutMilliseconds,
    });
    const { services } = createServices(api.services, { config, log });
    const server = createServer(createApp({ api, config, runtime, log, services }));
    servers.push(server);
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const open = (
      method: string,
      path: string,
      headers: Readonly<Record<string, string>> = {},
      agent: Agent | false = false,
      sentBody = "",
    ) => httpRequest({ host: "127.0.0.1", port, method, path, headers, agent }).end(sentBody);
    const send = async (...request: Parameters<typeof open>) => {
      const [response] = (await once(open(...request), "response")) as [IncomingMessage];
      const body = await text(response);
      return { status: response.statusCode, headers: response.headers, body, json: () => JSON.parse(body) };
    };
    return { open, send, entries: () => lines.map((line) => JSON.parse(line)) };
  }

  describe("returns 404 with the API's own error body", () => {
    for (const [name, method, path] of [
      ["for a path of another API", "GET", "/v1/nowhere"],
      ["for the root of the host", "GET", "/"],
      ["for a known path with another method", "POST", "/v1/health"],
      ["for a method that only another endpoint has", "GET", "/v1/auth/token"],
      ["for OPTIONS", "OPTIONS", "/v1/health"],
      ["for a trailing slash on an endpoint's path", "GET", "/v1/health/"],
      ["for a path in another case", "GET", "/v1/Health"],
      ["for a doubled slash", "GET", "/v1//health"],
      ["for the stage, which the gateway has removed from the path", "GET", "/mvp/v1/health"],
      ["for a path with dot segments", "GET", "/v1/users/../health"],
      ["for a malformed path", "GET", "/v1/%zz"],
      ["for a path with a null character", "GET", "/v1/health%00"],
      ["for an unknown method", "PROPFIND", "/v1/health"],
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

    it("for HEAD on a path without a GET endpoint, without a body", async () => {
      const { status, body } = await (await start()).send("HEAD", "/v1/auth/token");
      assert.deepEqual([status, body], [404, ""]);
    });
  });

  it("responds to HEAD like GET, without the body and under GET's access rule", async () => {
    const { send } = await start();
    const get = await send("GET", "/v1/health");
    const head = await send("HEAD", "/v1/health");
    assert.deepEqual([head.status, head.body], [200, ""]);
    assert.equal(head.headers["content-length"], get.headers["content-length"]);
    assert.equal((await send("HEAD", "/v1/me")).status, 401);
  });

  it("leaves HEAD to its own endpoint, whichever is listed first", async () => {
    const calls: string[] = [];
    const both = (["GET", "HEAD"] as const).map((method) =>
      route(method, "/v1/thing", async () => calls.push(method)),
    );
    for (const routes of [both, both.toReversed()]) {
      const { send } = await start(routes);
      for (const method of ["GET", "HEAD"]) await send(method, "/v1/thing");
      assert.deepEqual(calls.splice(0), ["GET", "HEAD"]);
    }
  });

  it("matches the decoded path, as the gateway does", async () => {
    const { send } = await start();
    for (const path of ["/v1%2Fhealth", "/v1/%68ealth", "/v1/health?x=/../", "/v1/health?"]) {
      assert.equal((await send("GET", path)).status, 200);
    }
  });

  it("serves a root with and without its trailing slash", async () => {
    const { send } = await start();
    for (const path of ["/v1/", "/v1"]) assert.equal((await send("GET", path)).status, 200);
    assert.equal((await send("GET", "/v1//")).status, 404);
  });

  it("serves a route that ends in a slash without it too, because the gateway has no other form", async () => {
    const { send } = await start([route("GET", "/orders/"), route("GET", "/orders/{id}/")]);
    for (const path of ["/orders/", "/orders", "/orders/7/", "/orders/7"])
      assert.equal((await send("GET", path)).status, 200, path);
  });

  it("loads an endpoint's file once, at its first request, also for two requests at the same time", async () => {
    const loads: string[] = [];
    const loaded = (given: Route) => async () => {
      loads.push(given.path);
      return given;
    };
    const { send } = await start({
      ...apiOf([]),
      routes: {
        "GET /asked": loaded(route("GET", "/asked")),
        "GET /other": loaded(route("GET", "/other")),
        "GET /things/{id}": loaded(route("GET", "/things/{id}")),
      },
    });
    assert.deepEqual(loads, []);
    await send("GET", "/nowhere");
    await send("POST", "/asked");
    assert.deepEqual(loads, []);
    await Promise.all([send("GET", "/asked"), send("GET", "/asked")]);
    assert.equal((await send("GET", "/asked")).status, 200);
    assert.deepEqual(loads, ["/asked"]);
    await send("GET", "/things/7");
    await send("GET", "/things/8");
    assert.deepEqual(loads, ["/asked", "/things/{id}"]);
  });

  for (const key of ["GET /v1/old", "POST /v1/new", "GET /v1/new/"]) {
    it(`returns 500 for GET /v1/new listed as ${key}, and logs which command to run`, async () => {
      const { send, entries } = await start({
        ...apiOf([]),
        routes: { [key]: async () => route("GET", "/v1/new") },
      });
      const [method = "", path = ""] = key.split(" ");
      const { status, json } = await send(method, path);
      assert.deepEqual([status, json().error.code], [500, "001500"]);
      assert.equal(
        entries()[0].error.cause.message,
        `GET /v1/new is GET /v1/new, and is listed as ${key}; run: npm run generate`,
      );
    });
  }

  it("sends security headers, a request id and no-store with every response, and no header of Express", async () => {
    const { send } = await start([
      route("GET", "/fail", async () => {
        throw new Error("secret");
      }),
      route("GET", "/fine"),
    ]);
    for (const path of ["/fine", "/fail", "/nowhere"]) {
      const { headers } = await send("GET", path, { "x-request-id": "client-0123456789" });
      for (const [name, value] of Object.entries(securityHeaders)) assert.equal(headers[name], value);
      assert.match(String(headers["x-request-id"]), /^[0-9a-f-]{36}$/, "never the client's");
      assert.equal(headers["cache-control"], "no-store");
      assert.equal(headers["x-powered-by"], undefined);
      assert.equal(headers.etag, undefined);
    }
  });

  describe("ranks routes as the gateway does, whatever the order in which they are registered", () => {
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
        it(`sends ${method} ${path} to ${expected.at}, registered ${order}`, async () => {
          assert.deepEqual((await (await start(routes)).send(method, path)).json(), expected);
        });
      }
    }
  });

  it("tells the caller of an unexpected error only where to ask, and logs everything", async () => {
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

  it("keeps running whatever a handler throws", async () => {
    for (const thrown of [undefined, null, "a text", 42, Object.create(null), new TypeError("x")]) {
      const { send } = await start([
        route("GET", "/fail", async () => {
          throw thrown;
        }),
      ]);
      assert.equal((await send("GET", "/fail")).status, 500);
    }
  });

  for (const word of ["router", "route"]) {
    it(`returns 500 with its own error body when a handler throws "${word}", which Express treats specially`, async () => {
      const { send, entries } = await start([
        route("GET", "/fail", async () => {
          throw word;
        }),
      ]);
      const { status, headers, json } = await send("GET", "/fail");
      assert.deepEqual([status, json().error.code], [500, "001500"]);
      assert.equal(json().error.requestId, headers["x-request-id"]);
      const [entry, ...others] = entries();
      assert.deepEqual(others, []);
      assert.equal(entry.requestId, headers["x-request-id"]);
      assert.equal(entry.error.cause.message, word);
    });
  }

  it("returns an API's own error codes with the API's message and status", async () => {
    const api = defineApi({
      name: "shop",
      version: "1.0.0",
      description: "Sells.",
      errors: { "100409": { status: 409, title: "Sold out", message: "The shop has no more of it" } },
      routes: {
        "GET /tea": async () => ({
          ...route("GET", "/tea", async () => {
            throw new ApiError("100409", { reason: "No tea", headers: { "retry-after": "60" } });
          }),
          errors: ["100409"],
        }),
      },
    });
    const { send, entries } = await start(api);
    const { status, headers, json } = await send("GET", "/tea");
    assert.deepEqual([status, headers["retry-after"]], [409, "60"]);
    assert.deepEqual(json(), {
      error: {
        code: "100409",
        title: "Sold out",
        message: "The shop has no more of it",
        reason: "No tea",
        requestId: headers["x-request-id"],
      },
      message: "No tea",
    });
    assert.deepEqual(entries(), []);
  });

  for (const code of ["100409", "toString", "__proto__", ""]) {
    it(`returns 500 to an error code that the API does not have: ${code || "(empty)"}`, async () => {
      const { send, entries } = await start([
        route("GET", "/fail", async () => {
          throw new ApiError(code, { reason: "a detail of another API", status: 409 });
        }),
      ]);
      const { status, body, json } = await send("GET", "/fail");
      assert.deepEqual([status, json().error.code], [500, "001500"]);
      assert.doesNotMatch(body, /another API/);
      const [{ error }] = entries();
      assert.equal(error.cause.message, `Unknown error code ${code}`);
      assert.equal(error.cause.cause.message, `${code}: a detail of another API`);
    });
  }

  describe("returns errors of Express's middleware with its own error body", () => {
    const parsing: Api = { ...fixtureApi, middleware: () => [express.json({ limit: 100 })] };
    const json = { "content-type": "application/json" };
    for (const [name, headers, body, status, code] of [
      ["malformed JSON", json, '{"password":"hunter2', 400, "001400"],
      ["a body that is too long", json, JSON.stringify("x".repeat(100)), 413, "001413"],
      ["an unknown charset", { "content-type": "application/json; charset=x" }, "{}", 415, "001415"],
      ["an unknown encoding", { ...json, "content-encoding": "x" }, "{}", 415, "001415"],
    ] as const) {
      it(`${name}: ${status}`, async () => {
        const { send, entries } = await start(parsing);
        const answer = await send("POST", "/v1/nowhere", headers, false, body);
        const { error, message } = answer.json();
        assert.deepEqual([answer.status, error.code], [status, code]);
        assert.equal(error.requestId, answer.headers["x-request-id"]);
        assert.equal(typeof message, "string");
        assert.doesNotMatch(answer.body, /hunter2|JSON at position|node_modules/);
        const [entry, ...others] = entries();
        assert.deepEqual(others, []);
        assert.deepEqual([entry.level, entry.code], ["warn", code]);
        assert.doesNotMatch(JSON.stringify(entry), /hunter2|node_modules/);
      });
    }

    for (const [name, fault, status, code] of [
      ["an error with its own status", { status: 409, expose: true }, 409, "001400"],
      ["too many requests", { status: 429, expose: true }, 429, "001429"],
      ["a fault that is not the caller's", { status: 500, expose: true }, 500, "001500"],
      ["an HTTP client's error about another service", { status: 404 }, 500, "001500"],
      ["a status that is not a number", { status: "404", expose: true }, 500, "001500"],
      ["a status below 400", { status: 200, expose: true }, 500, "001500"],
    ] as const) {
      it(`${name}: ${status}`, async () => {
        const refuse: express.RequestHandler = (_request, _response, next) =>
          next(Object.assign(new Error("inside"), fault));
        const { send } = await start({ ...fixtureApi, middleware: () => [refuse] });
        const { status: answered, body, json } = await send("GET", "/v1/health");
        assert.deepEqual([answered, json().error.code], [status, code]);
        assert.doesNotMatch(body, /inside/);
      });
    }
  });

  it("cuts off a started response when its source fails, and logs why", async () => {
    const writeHalf: express.RequestHandler = (_request, response, next) => {
      response.status(200).write("half of", () => next(new Error("the disk is gone")));
    };
    const { open, entries } = await start({ ...fixtureApi, middleware: () => [writeHalf] });
    const [response] = (await once(open("GET", "/v1/health"), "response")) as [IncomingMessage];
    await assert.rejects(text(response), { code: "ECONNRESET" });
    assert.deepEqual(
      entries().map(({ error }) => error.cause.message),
      ["the disk is gone"],
    );
  });

  it("returns an error of the catalogue unchanged, with its own headers", async () => {
    const { send, entries } = await start([
      route("GET", "/busy", async () => {
        throw new ApiError("001429", { reason: "Later", headers: { "retry-after": "60" } });
      }),
    ]);
    const { status, headers, json } = await send("GET", "/busy");
    assert.deepEqual([status, headers["retry-after"], json().error.reason], [429, "60", "Later"]);
    assert.deepEqual(entries(), []);
  });

  it("responds at the deadline whatever the handler does, and aborts the handler's signal", async () => {
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
    // A later result of the handler is ignored.
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

  it("logs an error that comes after the deadline, and leaves the response and the connection alone", async () => {
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

  it("ignores what Express code responses in a callback after the deadline", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    const entered = Promise.withResolvers<Response>();
    const api = apiOf([], {
      routers: [
        {
          operationId: "legacy",
          prefix: "/v1/legacy",
          summary: "Answers in a callback.",
          access: anyone(async () => undefined).access,
          router: () => express.Router().get("/slow", (_request, response) => entered.resolve(response)),
        },
      ],
    });
    const { send } = await start(api, {}, 100);
    const answer = send("GET", "/v1/legacy/slow");
    const response = await entered.promise;
    mock.timers.tick(100);
    response.status(200).type("text").json({ late: true });
    response.redirect("/elsewhere");
    response.write("more");
    response.end("the end");
    const { status, json } = await answer;
    assert.deepEqual([status, json().error.code], [503, "002503"]);
  });

  it("lets a caller read a whole response slowly: no deadline, no error in the log", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    const large = "x".repeat(20_000_000);
    const signals: AbortSignal[] = [];
    const { open, entries } = await start(
      [
        route("GET", "/large", async ({ signal }) => {
          signals.push(signal);
          return large;
        }),
      ],
      {},
      100,
    );
    const [response] = (await once(open("GET", "/large"), "response")) as [IncomingMessage];
    mock.timers.tick(100);
    assert.equal((await text(response)).length, JSON.stringify(large).length);
    assert.equal(signals[0]?.aborted, false);
    assert.deepEqual(entries(), []);
  });

  it("has no deadline once it has responded", async () => {
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

  it("aborts the handler's signal when the caller disconnects", async () => {
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
    // This is not an error of the API.
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(entries(), []);
  });

  it("does not parse query parameters into structures", async () => {
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

  it("without a feature, has none of its endpoints and lists none of them", async () => {
    const list = route("GET", "/list", async ({ api }) => (await api.endpoints()).map(({ path }) => path));
    const { send } = await start(
      { ...fixtureApi, routes: { ...fixtureApi.routes, "GET /list": async () => list } },
      { AUTH_ENDPOINTS: "off" },
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
