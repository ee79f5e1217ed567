import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { after, afterEach, before, describe, it } from "node:test";
import express, { type Express, type Request, type RequestHandler, Router } from "express";
import supertest from "supertest";
import { apiOf } from "../test/fixtures/api.ts";
import type { Api } from "./api.ts";
import { startServer } from "./container/server.ts";
import { ApiError } from "./errors/api-error.ts";
import { createHandler } from "./lambda/create-handler.ts";
import type { HttpResult } from "./lambda/event-adapter.ts";
import { createLog } from "./log.ts";
import { principalOf, requestContext } from "./request/request-context.ts";
import { anyone, auth } from "./route/access.ts";
import { defineRoute, type Route } from "./route/define-route.ts";
import { gatewayVerdict } from "./testing/gateway-verdict.ts";
import { lambdaContext, payloadEvent, type RequestToSend } from "./testing/payload-event.ts";
import { testConfig, testEnvironment } from "./testing/test-environment.ts";
import { startTestIssuer, type TestIssuer } from "./testing/test-issuer.ts";

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An API in one of its two runtimes. */
interface Running {
  request(request: RequestToSend): Promise<Answer>;
  /** The log, without the access log. */
  entries(): readonly { readonly level: string; readonly error: { readonly cause: { message: string } } }[];
}

type Start = (api: Api, configure?: (app: Express) => void) => Promise<Running>;

let issuer: TestIssuer;
const stops: (() => Promise<unknown>)[] = [];
before(async () => {
  issuer = await startTestIssuer();
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
after(() => issuer.close());

const startAsServer: Start = async (api, configure) => {
  const lines: string[] = [];
  const { url, stop } = await startServer(api, {
    config: testConfig(api, issuer),
    log: createLog((line) => lines.push(line)),
    write: () => {},
    configure,
  });
  stops.push(() => stop(0));
  return {
    async request({ method, path, headers = {}, body }) {
      const init = { method, headers, ...(body !== undefined && { body: Buffer.from(body) }) };
      const response = await fetch(url + path, init);
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: await response.text(),
      };
    },
    entries: () => lines.map((line) => JSON.parse(line)),
  };
};

const startAsHandler: Start = async (api, configure) => {
  const lines: string[] = [];
  const handler = createHandler(api, {
    environment: testEnvironment(api, issuer, { RUNTIME: "LAMBDA" }),
    log: createLog((line) => lines.push(line)),
    ...(configure && { configure }),
  });
  return {
    async request(request) {
      const authorizer = await gatewayVerdict(request.headers?.authorization, issuer);
      const event = payloadEvent(request, authorizer ? { authorizer } : {});
      const { statusCode, headers, body } = (await handler(event, lambdaContext())) as HttpResult;
      return { status: statusCode, headers, body };
    },
    entries: () => lines.map((line) => JSON.parse(line)),
  };
};

const getLiteral = defineRoute({
  operationId: "getLiteral",
  method: "GET",
  path: "/v1/literal",
  summary: "Answers.",
  responses: (z) => ({ 200: { description: "An answer.", schema: z.string() } }),
}).handler(anyone(async () => ({ status: 200, body: "literal" })));

const getVariable = defineRoute({
  operationId: "getVariable",
  method: "GET",
  path: "/v1/variables/{name}",
  summary: "Answers its variable.",
  responses: (z) => ({ 200: { description: "The variable.", schema: z.string() } }),
}).handler(anyone(async ({ params }) => ({ status: 200, body: params.name })));

const getSecret = defineRoute({
  operationId: "getSecret",
  method: "GET",
  path: "/v1/secret",
  summary: "Is for admins.",
  responses: (z) => ({ 200: { description: "The secret.", schema: z.string() } }),
}).handler(auth({ groups: ["ADMINS"] }, async () => ({ status: 200, body: "secret" })));

const createNote = defineRoute({
  operationId: "createNote",
  method: "POST",
  path: "/v1/notes",
  summary: "Answers the note.",
  request: (z) => ({ body: z.object({ text: z.string() }) }),
  responses: (z) => ({ 201: { description: "The note.", schema: z.string() } }),
}).handler(anyone(async ({ body }) => ({ status: 201, body: body.text })));

const routes = [getLiteral, getVariable, getSecret];
const ANYONE = { type: "public" } as const;
const get = (path: string, headers: Readonly<Record<string, string>> = {}) => ({
  method: "GET",
  path,
  headers,
});

for (const [name, start] of [
  ["the server", startAsServer],
  ["the bare handler", startAsHandler],
] as const) {
  describe(`an API's middleware, by ${name}`, () => {
    function counting() {
      const paths: string[] = [];
      const count: RequestHandler = (request, _response, next) => {
        paths.push(request.path);
        next();
      };
      return { api: apiOf(routes, { middleware: () => [count] }), paths };
    }

    for (const [what, path, status] of [
      ["a literal path", "/v1/literal", 200],
      ["a path with a variable", "/v1/variables/x", 200],
      ["an unknown path", "/v1/nowhere", 404],
      ["a refused call", "/v1/secret", 401],
    ] as const) {
      it(`runs once on ${what}`, async () => {
        const { api, paths } = counting();
        const { request } = await start(api);
        assert.equal((await request(get(path))).status, status);
        assert.deepEqual(paths, [path]);
      });
    }

    it("runs in order, after request id and log and before the routes, and may respond itself", async () => {
      const steps: string[] = [];
      const step =
        (text: string): RequestHandler =>
        (request, _response, next) => {
          steps.push(`${text} ${requestContext(request).requestId}`);
          next();
        };
      const answer: RequestHandler = (request, response, next) => {
        if (request.path === "/v1/literal") response.status(418).json("short and stout");
        else next();
      };
      const api = apiOf(routes, { middleware: () => [step("first"), step("second"), answer, step("third")] });
      const { request } = await start(api);
      const { status, headers, body } = await request(get("/v1/literal"));
      assert.deepEqual([status, body], [418, '"short and stout"']);
      assert.deepEqual(
        steps,
        ["first", "second"].map((step) => `${step} ${headers["x-request-id"]}`),
      );
    });

    it("changes headers of every response, including errors", async () => {
      const tag: RequestHandler = (_request, response, next) => {
        response.setHeader("x-tag", "yes");
        next();
      };
      const { request } = await start(apiOf(routes, { middleware: () => [tag] }));
      for (const path of ["/v1/literal", "/v1/nowhere", "/v1/secret"])
        assert.equal((await request(get(path))).headers["x-tag"], "yes", path);
    });

    for (const [reader, middleware] of [
      ["express.json()", express.json()],
      ["express.raw()", express.raw({ type: "application/json" })],
      ["express.text()", express.text({ type: "application/json" })],
    ] as const) {
      it(`an endpoint behind ${reader} validates and gets the body that was read`, async () => {
        const { request } = await start(apiOf([createNote], { middleware: () => [middleware] }));
        const post = (body: string) =>
          request({
            method: "POST",
            path: "/v1/notes",
            headers: { "content-type": "application/json" },
            body,
          });
        const { status, body } = await post('{"text":"read"}');
        assert.deepEqual([status, body], [201, '"read"']);
        for (const wrong of ['{"text":1}', "{}", `{"text":"","more":${"[".repeat(600)}${"]".repeat(600)}}`])
          assert.equal((await post(wrong)).status, 400, wrong);
      });
    }

    it("leaves rawBody if it has read the bytes, and fails if it has parsed them", async () => {
      const echo = defineRoute({
        operationId: "echo",
        method: "POST",
        path: "/v1/echo",
        summary: "Answers how many bytes came.",
        rawBody: true,
        responses: (z) => ({ 200: { description: "How many.", schema: z.object({ bytes: z.int() }) } }),
      }).handler(anyone(async ({ rawBody }) => ({ status: 200, body: { bytes: rawBody.length } })));
      const post = async (middleware: readonly RequestHandler[]) => {
        const { request, entries } = await start(apiOf([echo], { middleware: () => middleware }));
        const headers = { "content-type": "application/json" };
        const { status, body } = await request({
          method: "POST",
          path: "/v1/echo",
          headers,
          body: '{ "a": 1 }',
        });
        return { status, body, logged: JSON.stringify(entries()) };
      };
      for (const middleware of [[], [express.raw({ type: "application/json" })]]) {
        const { status, body } = await post(middleware);
        assert.deepEqual([status, body], [200, '{"bytes":10}']);
      }
      for (const parser of [express.json(), express.text({ type: "application/json" })]) {
        const { status, logged } = await post([parser]);
        assert.equal(status, 500);
        assert.match(logged, /echo asks for rawBody, and middleware has parsed the body before it/);
      }
    });

    it("has its errors answered by the API, thrown or passed on", async () => {
      const fails: Readonly<Record<string, RequestHandler>> = {
        "/throws": () => {
          throw new ApiError("001429", { reason: "Later" });
        },
        "/rejects": async () => {
          throw new ApiError("001429", { reason: "Later" });
        },
        "/passes": (_request, _response, next) => next(new ApiError("001429", { reason: "Later" })),
        "/unexpected": (_request, _response, next) => next(new Error("hunter2")),
      };
      const fail: RequestHandler = (request, response, next) =>
        fails[request.path]?.(request, response, next);
      const { request, entries } = await start(apiOf(routes, { middleware: () => [fail] }));
      for (const path of ["/throws", "/rejects", "/passes"]) {
        const { status, body } = await request(get(path));
        assert.deepEqual([status, JSON.parse(body).error.code], [429, "001429"], path);
      }
      const { status, body } = await request(get("/unexpected"));
      assert.deepEqual([status, JSON.parse(body).error.code], [500, "001500"]);
      assert.doesNotMatch(body, /hunter2/);
      assert.deepEqual(
        entries().map(({ error }) => error.cause.message),
        ["hunter2"],
      );
    });

    it("never leaves the caller waiting when it fails in the middle of its response", async () => {
      const writeHalf: RequestHandler = (_request, response, next) => {
        response.status(200).write("half of", () => next(new Error("the disk is gone")));
      };
      const { request, entries } = await start(apiOf(routes, { middleware: () => [writeHalf] }));
      // A server has sent the first half and cuts it off; Lambda has sent nothing yet.
      const answer = await request(get("/v1/literal")).catch((error: Error) => error);
      if (answer instanceof Error) assert.match(String(answer), /terminated/);
      else assert.equal(answer.status, 500);
      assert.match(JSON.stringify(entries()), /the disk is gone/);
    });

    it("is created once, with the configuration and the services", async () => {
      const made: unknown[] = [];
      const api = apiOf(routes, {
        services: { greeting: { create: () => "hello" } },
        middleware: (tools) => {
          made.push(tools.config);
          const { greeting } = tools.services as { greeting: Promise<string> };
          return [
            async (_request, response, next) => {
              response.setHeader("x-greeting", await greeting);
              next();
            },
          ];
        },
      });
      const { request } = await start(api);
      for (const path of ["/v1/literal", "/v1/nowhere"])
        assert.equal((await request(get(path))).headers["x-greeting"], "hello");
      assert.equal(made.length, 1);
      assert.equal((made[0] as { environment: string }).environment, "test");
    });
  });

  describe(`app.use on the finished app, by ${name}`, () => {
    it("runs after the routes and the routers, and before 404", async () => {
      const seen: string[] = [];
      const { request } = await start(apiOf(routes), (app) => {
        app.use((request, _response, next) => {
          seen.push(request.path);
          next();
        });
        app.use("/late", (_request, response) => void response.json("late"));
      });
      assert.equal((await request(get("/v1/literal"))).body, '"literal"');
      assert.equal((await request(get("/v1/secret"))).status, 401);
      assert.deepEqual(seen, []);
      const late = await request(get("/late/more"));
      assert.deepEqual([late.status, late.body], [200, '"late"']);
      const { status, body } = await request(get("/v1/nowhere"));
      assert.deepEqual([status, JSON.parse(body).error.code], [404, "001404"]);
      assert.deepEqual(seen, ["/late/more", "/v1/nowhere"]);
    });

    it("has its errors answered by the API", async () => {
      const { request } = await start(apiOf(routes), (app) => {
        app.use("/late", () => {
          throw new ApiError("001429", { reason: "Later" });
        });
      });
      assert.equal((await request(get("/late"))).status, 429);
    });
  });

  describe(`words that Express treats specially, by ${name}`, () => {
    const exits: Readonly<Record<string, RequestHandler>> = {
      'next("router")': (_request, _response, next) => next("router"),
      'a rejection "router"': async () => {
        throw "router";
      },
      'a thrown "router"': () => {
        throw "router";
      },
    };
    const isJson = ({ status, headers, body }: Answer, expected: number) => {
      const { error } = JSON.parse(body);
      assert.deepEqual([status, error.requestId], [expected, headers["x-request-id"]]);
      assert.equal(headers["cache-control"], "no-store");
    };

    for (const [how, leave] of Object.entries(exits)) {
      for (const method of ["GET", "OPTIONS"]) {
        it(`${how} of a handler added to the app leaves it: 404 in JSON for ${method}`, async () => {
          const { request } = await start(apiOf(routes), (app) => app.use("/late", leave));
          isJson(await request({ method, path: "/late" }), 404);
        });
      }

      it(`${how} of a mounted router leaves only that router: later handlers still run`, async () => {
        const legacy = { operationId: "legacy", prefix: "/legacy", summary: "Old.", access: ANYONE };
        const api = apiOf(routes, { routers: [{ ...legacy, router: () => Router().use(leave) }] });
        const { request } = await start(api, (app) => {
          app.use("/legacy/late", (_request, response) => void response.json("late"));
        });
        assert.equal((await request(get("/legacy/late"))).body, '"late"');
        isJson(await request(get("/legacy")), 404);
      });
    }

    it('next("router") of the API\'s middleware leaves the app: 404 in JSON', async () => {
      const leave: RequestHandler = (_request, _response, next) => next("router");
      const { request } = await start(apiOf(routes, { middleware: () => [leave] }));
      isJson(await request(get("/v1/literal")), 404);
    });

    for (const [thrown, expected] of [
      ["text", 500],
      [42, 500],
      [["router"], 500],
      ["router", 404],
      ["route", 404],
      [undefined, 404],
    ] as const) {
      it(`a handler added to the app that throws ${JSON.stringify(thrown)} is answered as Express would: ${expected} in JSON`, async () => {
        const fail: RequestHandler = () => {
          throw thrown;
        };
        const plain = express();
        plain.set("env", "test").use(fail);
        assert.equal((await supertest(plain).get("/late")).status, expected);

        const { request, entries } = await start(apiOf(routes), (app) => app.use("/late", fail));
        isJson(await request(get("/late")), expected);
        const levels = entries().map(({ level }) => level);
        assert.deepEqual(levels, expected === 500 ? ["error"] : []);
      });
    }

    for (const thrown of ["router", "route", "text", undefined, null]) {
      for (const [how, fail] of [
        [
          "throws",
          () => {
            throw thrown;
          },
        ],
        [
          "rejects with",
          async () => {
            throw thrown;
          },
        ],
      ] satisfies [string, RequestHandler][]) {
        it(`returns 500 in JSON, and logs one line, where the API's middleware ${how} ${JSON.stringify(thrown)}`, async () => {
          const { request, entries } = await start(apiOf(routes, { middleware: () => [fail] }));
          isJson(await request(get("/v1/literal")), 500);
          assert.deepEqual(
            entries().map(({ level }) => level),
            ["error"],
          );
        });
      }
    }

    for (const [what, api] of [
      [
        "a router cannot be made",
        apiOf(routes, {
          routers: [
            {
              operationId: "legacy",
              prefix: "/v1/literal",
              summary: "Old.",
              access: ANYONE,
              router: async () => {
                throw "router";
              },
            },
          ],
        }),
      ],
      [
        "a route's file cannot be loaded",
        apiOf([], {
          routes: {
            "GET /v1/literal": async () => {
              throw "route";
            },
          },
        }),
      ],
      [
        "a handler that a route uses",
        apiOf([
          {
            ...getLiteral,
            use: [
              () => {
                throw "router";
              },
            ],
          },
        ]),
      ],
    ] satisfies [string, Api][]) {
      it(`returns 500 in JSON where such a word is thrown: ${what}`, async () => {
        const path = what === "a router cannot be made" ? "/v1/literal/below" : "/v1/literal";
        const { request, entries } = await start(api);
        isJson(await request(get(path)), 500);
        assert.equal(entries().length, 1);
      });
    }

    it("returns an error without the headers of the content that it could not send", async () => {
      const fail: RequestHandler = (_request, response) => {
        response.setHeader("content-encoding", "gzip");
        response.setHeader("etag", '"1"');
        response.statusMessage = "Fine";
        throw new Error("Half-way");
      };
      const { request } = await start(apiOf(routes, { middleware: () => [fail] }));
      const answer = await request(get("/v1/literal"));
      isJson(answer, 500);
      assert.deepEqual([answer.headers["content-encoding"], answer.headers.etag], [undefined, undefined]);
    });
  });

  describe(`the handlers that a route uses, by ${name}`, () => {
    let used: { readonly subject: string | undefined; readonly hasBody: boolean }[] = [];
    const note: RequestHandler = (request, _response, next) => {
      used.push({ subject: principalOf(request)?.subject, hasBody: request.body !== undefined });
      next();
    };

    /** `POST /v1/notes/{id}`, for admins, which requires a body. */
    function notes(...use: RequestHandler[]): Route {
      used = [];
      return defineRoute({
        operationId: "createNote",
        method: "POST",
        path: "/v1/notes/{id}",
        summary: "Notes.",
        use: [note, ...use],
        request: (z) => ({ body: z.object({ text: z.string() }) }),
        responses: (z) => ({ 200: { description: "Noted.", schema: z.string() } }),
      }).handler(auth({ groups: ["ADMINS"] }, async ({ body }) => ({ status: 200, body: body.text })));
    }

    const post = (body: string, groups: readonly string[] | undefined): RequestToSend => ({
      method: "POST",
      path: "/v1/notes/7",
      headers: {
        "content-type": "application/json",
        ...(groups && { authorization: issuer.bearer(groups) }),
      },
      body,
    });

    it("run after the access check, know the caller, and come before the body is read", async () => {
      const { request } = await start(apiOf([notes()]));
      const { status, body } = await request(post('{"text":"hello"}', ["ADMINS"]));
      assert.deepEqual([status, body], [200, '"hello"']);
      assert.equal((await request(post('{"malformed', ["ADMINS"]))).status, 400);
      assert.deepEqual(used, [
        { subject: "alice", hasBody: false },
        { subject: "alice", hasBody: false },
      ]);
    });

    it("never run for a refused caller", async () => {
      const { request } = await start(apiOf([notes()]));
      assert.equal((await request(post('{"text":"hello"}', undefined))).status, 401);
      assert.equal((await request(post('{"text":"hello"}', ["USERS"]))).status, 403);
      assert.deepEqual(used, []);
    });

    it("run only on their own route", async () => {
      const { request } = await start(apiOf([notes(), ...routes]));
      for (const path of ["/v1/literal", "/v1/notes/7", "/v1/nowhere"]) await request(get(path));
      assert.deepEqual(used, []);
    });

    it("may respond themselves: later handlers do not run", async () => {
      const { request } = await start(
        apiOf([notes((_request, response) => void response.status(429).json("slow down"), note)]),
      );
      const { status, body } = await request(post('{"malformed', ["ADMINS"]));
      assert.deepEqual([status, body], [429, '"slow down"']);
      assert.equal(used.length, 1);
    });

    for (const [how, fail] of [
      ["next(error)", (_request, _response, next) => next(new ApiError("001429", { reason: "Later" }))],
      [
        "throw",
        () => {
          throw new ApiError("001429", { reason: "Later" });
        },
      ],
      [
        "a rejection",
        async () => {
          throw new ApiError("001429", { reason: "Later" });
        },
      ],
    ] satisfies [string, RequestHandler][]) {
      it(`may fail by ${how}, to which the API responds with its own error`, async () => {
        const { request } = await start(apiOf([notes(fail, note)]));
        const { status, body } = await request(post('{"text":"hello"}', ["ADMINS"]));
        assert.deepEqual([status, JSON.parse(body).error.code], [429, "001429"]);
        assert.equal(used.length, 1);
      });
    }

    for (const word of ["route", "router"] as const) {
      it(`skip their route by next("${word}"), as in Express: its handler does not run`, async () => {
        const { request } = await start(apiOf([notes((_request, _response, next) => next(word), note)]));
        const { status, body } = await request(post('{"text":"hello"}', ["ADMINS"]));
        assert.deepEqual([status, JSON.parse(body).error.code], [404, "001404"]);
        assert.equal(used.length, 1);
      });
    }

    it("see the request as any Express middleware does: its path, its variables, its query", async () => {
      const seen: unknown[] = [];
      const look: RequestHandler = (request: Request, _response, next) => {
        seen.push([request.method, request.path, request.params.id, request.query.a]);
        next();
      };
      const { request } = await start(apiOf([notes(look)]));
      await request({ ...post('{"text":"hello"}', ["ADMINS"]), path: "/v1/notes/7?a=b" });
      assert.deepEqual(seen, [["POST", "/v1/notes/7", "7", "b"]]);
    });
  });
}

for (const [name, start] of [
  ["the container", startAsServer],
  ["the function", startAsHandler],
] as const)
  it(`a handler in ${name} sees the AsyncLocalStorage of the middleware, also after a body`, async () => {
    const tenant = new AsyncLocalStorage<string>();
    const route = defineRoute({
      operationId: "sayTenant",
      method: "POST",
      path: "/v1/tenant",
      summary: "Says the tenant.",
      request: (z) => ({ body: z.object({}) }),
      responses: (z) => ({ 200: { description: "The tenant.", schema: z.string() } }),
    }).handler(anyone(async () => ({ status: 200, body: tenant.getStore() ?? "" })));
    const api = apiOf([route], {
      middleware: () => [(request, _response, next) => tenant.run(String(request.headers["x-from"]), next)],
    });
    const { request } = await start(api);
    const headers = { "content-type": "application/json", "x-from": "acme" };
    const { body } = await request({ method: "POST", path: "/v1/tenant", headers, body: "{}" });
    assert.equal(body, '"acme"');
  });

describe("an API's middleware in the container", () => {
  it("never runs on a preflight, to which CORS responds", async () => {
    let count = 0;
    const api = apiOf(routes, {
      middleware: () => [
        (_request, _response, next) => {
          count += 1;
          next();
        },
      ],
    });
    const { request } = await startAsServer(api);
    const headers = { origin: "https://app.example.com", "access-control-request-method": "GET" };
    const preflight = await request({ method: "OPTIONS", path: "/v1/literal", headers });
    assert.equal(preflight.status, 204);
    assert.equal(count, 0);
    await request(get("/v1/literal", { origin: "https://app.example.com" }));
    assert.equal(count, 1);
  });
});
