import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, before, describe, it, mock } from "node:test";
import { promisify } from "node:util";
import type { RequestHandler } from "express";
import { apiOf, fixtureApi } from "../../test/fixtures/api.ts";
import type { Api } from "../api.ts";
import { createLog } from "../log.ts";
import { release } from "../release.ts";
import { requestContext } from "../request/request-context.ts";
import { securityHeaders } from "../request/security-headers.ts";
import { anyone, auth } from "../route/access.ts";
import { defineRoute, type Route } from "../route/define-route.ts";
import { gatewayVerdict } from "../testing/gateway-verdict.ts";
import { lambdaContext, payloadEvent } from "../testing/payload-event.ts";
import { noIssuer, testEnvironment } from "../testing/test-environment.ts";
import { startTestIssuer } from "../testing/test-issuer.ts";
import { createHandler } from "./create-handler.ts";
import { type HttpResult, MAX_RESULT_BYTES } from "./event-adapter.ts";

type Handle = (input: { readonly signal: AbortSignal; readonly requestId: string }) => Promise<unknown>;

/** `GET /work`, with the given handler. */
function work(handle: Handle): Route {
  return defineRoute({
    operationId: "work",
    method: "GET",
    path: "/work",
    summary: "Works.",
    responses: (z) => ({ 200: { description: "The work.", schema: z.unknown() } }),
  }).handler(anyone(async (input) => ({ status: 200, body: await handle(input) })));
}

function setUp(api: Api = fixtureApi, environment: Readonly<Record<string, string>> = {}) {
  const lines: string[] = [];
  const handler = createHandler(api, {
    environment: testEnvironment(api, noIssuer, { ...environment, RUNTIME: "LAMBDA" }),
    log: createLog((line) => lines.push(line)),
  });
  return {
    handler,
    /** The logged lines. */
    entries: () => lines.map((line) => JSON.parse(line)),
    lines,
    get: async (
      path: string,
      headers: Readonly<Record<string, string>> = {},
      remainingMilliseconds?: number,
    ) =>
      (await handler(
        payloadEvent({ method: "GET", path, headers }),
        lambdaContext(remainingMilliseconds),
      )) as HttpResult,
  };
}

describe("the Lambda handler", () => {
  it("responds to a payload 2.0 event", async () => {
    const { statusCode, headers, cookies, body, isBase64Encoded } = await setUp().get("/v1/health");
    assert.equal(statusCode, 200);
    assert.equal(headers["content-type"], "application/json; charset=utf-8");
    assert.deepEqual(cookies, []);
    assert.deepEqual(JSON.parse(body), { status: "up" });
    assert.equal(isBase64Encoded, false);
  });

  it("logs nothing for a successful request: the gateway writes the access log", async () => {
    const { get, lines } = setUp();
    await get("/v1");
    await get("/v1/nowhere");
    assert.deepEqual(lines, []);
  });

  it("logs version and commit at the first health check, which the gateway cannot know", async () => {
    const { get, entries } = setUp();
    const { headers } = await get("/v1/health");
    await get("/v1/health");
    const [{ time, ...entry } = {}, ...others] = entries();
    const { awsRequestId: lambdaRequestId } = lambdaContext();
    assert.deepEqual(entry, {
      level: "info",
      message: "health",
      requestId: headers["x-request-id"],
      lambdaRequestId,
      traceId: lambdaRequestId.replaceAll("-", ""),
      ...release(fixtureApi),
    });
    assert.deepEqual(others, []);
  });

  for (const [name, event] of [
    ["nothing", undefined],
    ["null", null],
    ["a text", "warmer"],
    ["an empty object", {}],
    ["a schedule", { source: "aws.events", "detail-type": "Scheduled Event", detail: {} }],
    ["a queue", { Records: [{ eventSource: "aws:sqs", body: "{}" }] }],
    ["a REST API's event", { version: "1.0", httpMethod: "GET", path: "/v1/health", requestContext: {} }],
    ["a load balancer's event", { requestContext: { elb: {} }, httpMethod: "GET", path: "/v1/health" }],
    ["a request of another version", { ...payloadEvent({ method: "GET", path: "/" }), version: "1.0" }],
    ["version 2.0 without a request", { version: "2.0", requestContext: {} }],
    ["version 2.0 without a context", { version: "2.0", rawPath: "/v1/health" }],
    ["an event that only resembles a warm-up ping", { warmer: "true" }],
  ] as const) {
    it(`throws for an event that is not a request of an HTTP API: ${name}`, async () => {
      await assert.rejects(setUp().handler(event, lambdaContext()), {
        name: "TypeError",
        message: "The event is not a payload 2.0 event of an HTTP API",
      });
    });
  }

  it("responds to a warm-up ping without entering the app", async () => {
    let calls = 0;
    const { handler, entries } = setUp(
      apiOf([
        work(async () => {
          calls += 1;
        }),
      ]),
    );
    const event = { ...payloadEvent({ method: "GET", path: "/work" }), warmer: true };
    assert.deepEqual(await handler(event, lambdaContext()), { warmed: 1 });
    assert.deepEqual(await handler({ warmer: true }, lambdaContext()), { warmed: 1 });
    assert.equal(calls, 0);
    assert.deepEqual(
      entries().map(({ message }) => message),
      ["warmer", "warmer"],
    );
  });

  it("does not take a client's request for a warm-up ping", async () => {
    const { handler } = setUp();
    const event = payloadEvent({
      method: "GET",
      path: "/v1/health?warmer=true",
      headers: { warmer: "true", "content-type": "application/json" },
      body: '{"warmer":true}',
    });
    assert.equal(((await handler(event, lambdaContext())) as HttpResult).statusCode, 200);
  });
});

describe("the entry of Lambda", () => {
  it("starts only as Lambda, and names every mistake in its environment", () => {
    const start = (environment: Readonly<Record<string, string>>) => () =>
      createHandler(fixtureApi, { environment });
    assert.throws(start(testEnvironment(fixtureApi)), {
      name: "ConfigError",
      message: /^RUNTIME is CONTAINERIZED, but this entry point runs as LAMBDA; [^\n]*$/,
    });
    assert.throws(start({ RUNTIME: "LAMBDA" }), {
      name: "ConfigError",
      message:
        /^JWT_ISSUER is not set;.*\nJWT_AUTHORIZED_AUDIENCES is not set;.*\nFIREBASE_APP_API_KEY is not set;/,
    });
  });

  it("passes the app to `configure`, once and before the first request", async () => {
    let configured = 0;
    const handler = createHandler(fixtureApi, {
      environment: testEnvironment(fixtureApi, noIssuer, { RUNTIME: "LAMBDA" }),
      log: createLog(() => {}),
      configure(app) {
        configured += 1;
        app.use("/late", (_request, response) => void response.json("late"));
      },
    });
    assert.equal(configured, 1);
    for (const path of ["/late", "/late"]) {
      const result = (await handler(payloadEvent({ method: "GET", path }), lambdaContext())) as HttpResult;
      assert.deepEqual([result.statusCode, result.body], [200, '"late"']);
    }
    assert.equal(configured, 1);
  });
});

describe("an error in Lambda", () => {
  it("that a handler throws is neutral in the response and complete in the log", async () => {
    const { get, entries } = setUp(
      apiOf([
        work(async () => {
          throw new Error("the secret is 42", { cause: new Error("of Douglas") });
        }),
      ]),
    );
    const { statusCode, headers, body } = await get("/work");
    const { error, message } = JSON.parse(body);
    assert.equal(statusCode, 500);
    assert.equal(error.code, "001500");
    assert.equal(message, "Internal Server Error");
    assert.doesNotMatch(body, /secret|Douglas|\.ts/);
    assert.equal(headers["x-request-id"], error.requestId);
    const [entry] = entries();
    assert.equal(entry.requestId, error.requestId);
    assert.match(JSON.stringify(entry), /the secret is 42.*of Douglas/);
  });

  it("about a response that Lambda would refuse becomes a 500 that says so, logged with the same id", async () => {
    for (const clientRequestId of [undefined, "client-chose-this"]) {
      const { get, entries } = setUp(apiOf([work(async () => "x".repeat(MAX_RESULT_BYTES))]));
      const { statusCode, headers, cookies, body, isBase64Encoded } = await get(
        "/work",
        clientRequestId ? { "x-request-id": clientRequestId } : {},
      );
      const expectedId = "ZhMpgigvDoEEPlg=";
      assert.equal(statusCode, 500);
      assert.deepEqual(
        { ...headers },
        {
          ...securityHeaders,
          "cache-control": "no-store",
          "content-type": "application/json; charset=utf-8",
          "x-request-id": expectedId,
        },
      );
      assert.deepEqual([cookies, isBase64Encoded], [[], false]);
      assert.deepEqual(JSON.parse(body), {
        error: {
          code: "002500",
          title: "Response too large",
          message: "The response is larger than this API can send",
          reason: "Ask for less of it at a time",
          requestId: expectedId,
        },
        message: "Internal Server Error",
      });
      const [entry, ...others] = entries();
      assert.deepEqual(others, []);
      assert.equal(entry.level, "error");
      assert.deepEqual(
        [entry.requestId, entry.lambdaRequestId, entry.traceId, entry.clientRequestId],
        [
          expectedId,
          lambdaContext().awsRequestId,
          lambdaContext().awsRequestId.replaceAll("-", ""),
          clientRequestId,
        ],
      );
      assert.match(entry.error.cause.message, /Lambda accepts/);
    }
  });

  it("about a response that Lambda would refuse varies by origin where origins are listed", async () => {
    const api = apiOf([work(async () => "x".repeat(MAX_RESULT_BYTES))]);
    const { get } = setUp(api, { CORS_ALLOW_ORIGINS: "https://app.example.com" });
    const { statusCode, headers } = await get("/work");
    assert.deepEqual([statusCode, headers.vary], [500, "origin"]);
  });

  it("in the event itself is answered too", async () => {
    const { handler, entries } = setUp();
    const { rawPath: _, ...event } = payloadEvent({ method: "GET", path: "/v1/health" });
    const { statusCode } = (await handler(event, lambdaContext())) as HttpResult;
    assert.equal(statusCode, 500);
    assert.equal(entries().length, 1);
  });
});

describe("the deadline in Lambda", () => {
  afterEach(() => mock.timers.reset());

  for (const [name, remaining, deadline] of [
    ["half a second before Lambda gives up", 10_000, 9_500],
    ["half a second before 29 s, when Lambda would wait longer than the gateway", 900_000, 28_500],
    ["at once, when there is no time left", 100, 0],
  ] as const) {
    it(`is ${name}`, async () => {
      mock.timers.enable({ apis: ["setTimeout"] });
      const started = Promise.withResolvers<AbortSignal>();
      const { get, entries } = setUp(
        apiOf([
          work(({ signal }) => {
            started.resolve(signal);
            return new Promise(() => {});
          }),
        ]),
      );
      let isAnswered = false;
      const answer = get("/work", {}, remaining).finally(() => {
        isAnswered = true;
      });
      const signal = await started.promise;
      if (deadline > 0) {
        mock.timers.tick(deadline - 1);
        await new Promise((resolve) => setImmediate(resolve));
        assert.deepEqual([isAnswered, signal.aborted], [false, false]);
        mock.timers.tick(1);
      } else {
        mock.timers.tick(1);
      }
      const { statusCode, body } = await answer;
      const { error, message } = JSON.parse(body);
      assert.deepEqual([statusCode, error.code, message], [503, "002503", "Service Unavailable"]);
      assert.equal(signal.aborted, true);
      assert.deepEqual(
        entries().map(({ requestId }) => requestId),
        [error.requestId],
      );
    });
  }

  it("leaves no timer behind after the response", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    const { get, lines } = setUp(apiOf([work(async () => "done")]));
    assert.equal((await get("/work")).statusCode, 200);
    mock.timers.tick(60_000);
    assert.deepEqual(lines, []);
  });

  it("responds once when the handler resumes after the deadline", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    const started = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<string>();
    const { get, entries } = setUp(
      apiOf([
        work(() => {
          started.resolve();
          return finish.promise;
        }),
      ]),
    );
    const answer = get("/work", {}, 1_000);
    await started.promise;
    mock.timers.tick(500);
    assert.equal((await answer).statusCode, 503);
    finish.resolve("too late");
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(entries().length, 1);
  });
});

describe("the request id in Lambda", () => {
  const idFor = async (headers: Readonly<Record<string, string>>) => {
    const {
      statusCode,
      headers: answered,
      body,
    } = await setUp(apiOf([work(async ({ requestId }) => requestId)])).get("/work", headers);
    assert.equal(statusCode, 200);
    assert.equal(JSON.parse(body), answered["x-request-id"]);
    return answered["x-request-id"];
  };

  it("is the gateway's", async () => assert.equal(await idFor({}), "ZhMpgigvDoEEPlg="));
  it("is the gateway's, even if the client sends its own", async () => {
    for (const id of ["trace-0123456789", "short", "x".repeat(129), '{"json":1}'])
      assert.equal(await idFor({ "x-request-id": id }), "ZhMpgigvDoEEPlg=");
  });
  it("is in every log line of the request, with Lambda's, the trace's and the client's", async () => {
    const failing = work(async () => {
      throw new Error("no table");
    });
    const hello: RequestHandler = (request, _response, next) => {
      requestContext(request).log.info("hello");
      next();
    };
    const { get, entries } = setUp(apiOf([failing], { middleware: () => [hello] }));
    const headers = {
      "x-request-id": "client-0123456789",
      traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    };
    const { error } = JSON.parse((await get("/work", headers)).body);
    assert.deepEqual(
      entries().map(({ message, requestId, lambdaRequestId, traceId, clientRequestId }) => [
        message,
        requestId,
        lambdaRequestId,
        traceId,
        clientRequestId,
      ]),
      ["hello", "request failed"].map((message) => [
        message,
        error.requestId,
        lambdaContext().awsRequestId,
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "client-0123456789",
      ]),
    );
  });
});

describe("a private route in Lambda", () => {
  const getMe = { method: "GET", path: "/v1/me" };

  it("returns 401 without an authorizer, whatever the client sends", async () => {
    const issuer = await startTestIssuer();
    try {
      const handler = createHandler(fixtureApi, {
        environment: testEnvironment(fixtureApi, issuer, { RUNTIME: "LAMBDA" }),
        log: createLog(() => {}),
      });
      const claims = issuer.claims(["USERS", "ADMINS"]);
      const authorization = `Bearer ${issuer.sign(claims)}`;
      const asText = JSON.stringify({ jwt: { claims, scopes: null } });
      for (const headers of [
        { authorization },
        { authorization, "x-amzn-authorizer": asText, "x-apigateway-event": asText, authorizer: asText },
        {
          authorization,
          "x-apigateway-context": asText,
          claims: JSON.stringify(claims),
          "x-groups": "ADMINS",
        },
      ]) {
        const result = (await handler(payloadEvent({ ...getMe, headers }), lambdaContext())) as HttpResult;
        assert.equal(result.statusCode, 401);
        assert.equal(JSON.parse(result.body).message, "Unauthorized");
      }
      for (const authorizer of [
        {},
        { jwt: {} },
        { jwt: { scopes: null } },
        { lambda: { claims } },
        { iam: {} },
      ]) {
        const event = payloadEvent({ ...getMe, headers: { authorization } }, { authorizer });
        assert.equal(((await handler(event, lambdaContext())) as HttpResult).statusCode, 401);
      }
      const authorizer = (await gatewayVerdict(authorization, issuer)) ?? {};
      const event = payloadEvent({ ...getMe, headers: { authorization } }, { authorizer });
      assert.equal(((await handler(event, lambdaContext())) as HttpResult).statusCode, 200);
    } finally {
      await issuer.close();
    }
  });

  it("sees only its own event's claims, also with two concurrent requests", async () => {
    const issuer = await startTestIssuer();
    try {
      const waiting: (() => void)[] = [];
      const route = defineRoute({
        operationId: "who",
        method: "GET",
        path: "/who",
        summary: "Says who.",
        responses: (z) => ({ 200: { description: "Who.", schema: z.string() } }),
      }).handler(
        auth(async ({ principal }) => {
          await new Promise<void>((resolve) => {
            waiting.push(resolve);
            if (waiting.length === 2) for (const release of waiting.toReversed()) release();
          });
          return { status: 200, body: principal.subject };
        }),
      );
      const api = apiOf([route]);
      const handler = createHandler(api, {
        environment: testEnvironment(api, issuer, { RUNTIME: "LAMBDA" }),
        log: createLog(() => {}),
      });
      const call = async (subject: string) => {
        const authorization = `Bearer ${issuer.sign(issuer.claims([], { sub: subject }))}`;
        const authorizer = (await gatewayVerdict(authorization, issuer)) ?? {};
        const event = payloadEvent(
          { method: "GET", path: "/who", headers: { authorization } },
          { authorizer },
        );
        return JSON.parse(((await handler(event, lambdaContext())) as HttpResult).body);
      };
      assert.deepEqual(await Promise.all([call("alice"), call("bob")]), ["alice", "bob"]);
    } finally {
      await issuer.close();
    }
  });
});

/** Answers requests in a fresh process, and returns the packages that each of them loaded. */
describe("a cold start in production loads only what the request uses", () => {
  interface Report {
    readonly statuses: readonly number[];
    readonly packages: readonly string[];
  }

  async function report(events: readonly unknown[], environment: object): Promise<Report> {
    const script = new URL("../../test/support/cold-start.ts", import.meta.url);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", script.pathname, JSON.stringify(events)],
      { env: { ...environment, NODE_ENV: "production", RUNTIME: "LAMBDA" } },
    );
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  }

  const environment = {
    FIREBASE_APP_API_KEY: "test-key",
    JWT_ISSUER: noIssuer.issuer,
    JWT_AUTHORIZED_AUDIENCES: noIssuer.audience,
  };
  const heavy = [
    "axios",
    "@asteasolutions/zod-to-openapi",
    "firebase-admin",
    "@aws-sdk/client-lambda",
    "zod",
  ];
  const loadedOf = (loaded: readonly string[]) => heavy.filter((name) => loaded.includes(name));

  let issuerClaims: { authorization: string; authorizer: object; issuer: string; audience: string };
  before(async () => {
    const issuer = await startTestIssuer();
    const authorization = `Bearer ${issuer.sign(issuer.claims(["USERS"]))}`;
    const authorizer = (await gatewayVerdict(authorization, issuer)) ?? {};
    issuerClaims = { authorization, authorizer, issuer: issuer.issuer, audience: issuer.audience };
    await issuer.close();
  });

  it("neither a public nor a private endpoint loads schemas, the HTTP client or the SDK", async () => {
    const { authorization, authorizer, issuer, audience } = issuerClaims;
    const { statuses, packages } = await report(
      [
        payloadEvent({ method: "GET", path: "/v1/health" }),
        payloadEvent({ method: "GET", path: "/v1/me", headers: { authorization } }, { authorizer }),
      ],
      { ...environment, JWT_ISSUER: issuer, JWT_AUTHORIZED_AUDIENCES: audience },
    );
    assert.deepEqual(statuses, [200, 200]);
    assert.deepEqual(loadedOf(packages), []);
    assert.ok(packages.includes("express"), "the report does see packages");
  });

  it("a warm-up ping without a fan-out loads no SDK", async () => {
    const { packages } = await report([{ warmer: true }], environment);
    assert.deepEqual(loadedOf(packages), []);
  });

  it("a warm-up ping that fans out loads the SDK, and fails only because there is no AWS here", async () => {
    const server = createServer((_request, response) => response.writeHead(202).end());
    await once(server.listen(0, "127.0.0.1"), "listening");
    try {
      const { packages } = await report([{ warmer: true, concurrency: 2 }], {
        ...environment,
        AWS_REGION: "eu-west-1",
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      });
      assert.deepEqual(loadedOf(packages), ["@aws-sdk/client-lambda"]);
    } finally {
      server.close();
    }
  });

  it("the OpenAPI document loads its generator", async () => {
    const { statuses, packages } = await report(
      [payloadEvent({ method: "GET", path: "/v1/openapi.json" })],
      environment,
    );
    assert.deepEqual(statuses, [200]);
    assert.deepEqual(loadedOf(packages), ["@asteasolutions/zod-to-openapi", "zod"]);
  });
});
