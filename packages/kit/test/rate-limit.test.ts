/** Rate limits, in both runtimes. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { RequestHandler } from "express";
import supertest from "supertest";
import type { Api } from "../src/api.ts";
import { ApiError } from "../src/errors/api-error.ts";
import { createHandler } from "../src/lambda/create-handler.ts";
import type { HttpResult } from "../src/lambda/event-adapter.ts";
import { limitAttempts } from "../src/limits/limit-attempts.ts";
import { rateLimit } from "../src/limits/rate-limit.ts";
import { createLog } from "../src/log.ts";
import { anyone, auth } from "../src/route/access.ts";
import { defineRoute } from "../src/route/define-route.ts";
import { gatewayVerdict } from "../src/testing/gateway-verdict.ts";
import { lambdaContext, payloadEvent } from "../src/testing/payload-event.ts";
import { testApp } from "../src/testing/test-app.ts";
import { testEnvironment } from "../src/testing/test-environment.ts";
import { startTestIssuer, type TestIssuer } from "../src/testing/test-issuer.ts";
import { apiOf } from "./fixtures/api.ts";

let issuer: TestIssuer;
before(async () => {
  issuer = await startTestIssuer();
});
after(() => issuer.close());

interface Sent {
  readonly path?: string;
  readonly from?: string;
  readonly authorization?: string;
  readonly body?: object;
}

interface Answered {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly code: string | undefined;
}

type Send = (sent?: Sent) => Promise<Answered>;

const inContainer = (api: Api): Send => {
  const app = testApp(api, { issuer, environment: { TRUSTED_PROXY_HOPS: "1" } });
  return async ({ path = "/v1/open", from = "198.51.100.1", authorization, body } = {}) => {
    const headers = { "x-forwarded-for": from, ...(authorization && { authorization }) };
    const test = body ? supertest(app).post(path).send(body) : supertest(app).get(path);
    const { status, headers: answered, body: json } = await test.set(headers);
    return { status, retryAfter: answered["retry-after"], code: json.error?.code };
  };
};

const inLambda = (api: Api): Send => {
  const handler = createHandler(api, {
    environment: testEnvironment(api, issuer, { RUNTIME: "LAMBDA" }),
    log: createLog(() => {}),
  });
  return async ({ path = "/v1/open", from = "198.51.100.1", authorization, body } = {}) => {
    const authorizer = await gatewayVerdict(authorization, issuer);
    const event = payloadEvent(
      {
        method: body ? "POST" : "GET",
        path,
        headers: { "content-type": "application/json", ...(authorization && { authorization }) },
        ...(body && { body: JSON.stringify(body) }),
      },
      authorizer ? { authorizer } : {},
    );
    const http = { ...event.requestContext.http, sourceIp: from };
    const sent = { ...event, requestContext: { ...event.requestContext, http } };
    const result = (await handler(sent, lambdaContext())) as HttpResult;
    return {
      status: result.statusCode,
      retryAfter: result.headers["retry-after"],
      code: JSON.parse(result.body).error?.code,
    };
  };
};

const getOpen = (use: RequestHandler) =>
  defineRoute({
    operationId: "getOpen",
    method: "GET",
    path: "/v1/open",
    summary: "Is for anyone.",
    use: [use],
    responses: (z) => ({ 200: { description: "Open.", schema: z.object({}) } }),
  }).handler(anyone(async () => ({ status: 200, body: {} })));

const getMine = (use: RequestHandler) =>
  defineRoute({
    operationId: "getMine",
    method: "GET",
    path: "/v1/mine",
    summary: "Is for signed-in callers.",
    use: [use],
    responses: (z) => ({ 200: { description: "Mine.", schema: z.object({}) } }),
  }).handler(auth(async () => ({ status: 200, body: {} })));

for (const [name, start] of [
  ["the container", inContainer],
  ["the function", inLambda],
] as const) {
  describe(`a rate limit, in ${name}`, () => {
    it("returns 429 in JSON, with retry-after, to an address that calls too often, and to no other", async () => {
      const send = start(apiOf([getOpen(rateLimit({ name: "calls", limit: 2, windowSeconds: 60 }))]));
      assert.deepEqual([(await send()).status, (await send()).status], [200, 200]);
      const { status, retryAfter, code } = await send();
      assert.deepEqual([status, code], [429, "001429"]);
      assert.match(retryAfter ?? "", /^[1-6]\d?$/);
      assert.equal((await send({ from: "198.51.100.2" })).status, 200);
    });

    it("counts the addresses of one IPv6 network as one caller", async () => {
      const send = start(apiOf([getOpen(rateLimit({ name: "calls", limit: 1, windowSeconds: 60 }))]));
      assert.equal((await send({ from: "2001:db8::1" })).status, 200);
      assert.equal((await send({ from: "2001:db8::2" })).status, 429);
      assert.equal((await send({ from: "2001:db8:0:1::1" })).status, 200);
    });

    it("counts a signed-in caller by subject, from any address", async () => {
      const send = start(apiOf([getMine(rateLimit({ name: "calls", limit: 1, windowSeconds: 60 }))]));
      const as = (sub: string, from: string) =>
        send({ path: "/v1/mine", from, authorization: issuer.bearer([], { sub }) });
      assert.equal((await as("alice", "198.51.100.1")).status, 200);
      assert.equal((await as("alice", "198.51.100.2")).status, 429);
      assert.equal((await as("bob", "198.51.100.1")).status, 200);
    });

    it("does not count a caller who is refused", async () => {
      const send = start(apiOf([getMine(rateLimit({ name: "calls", limit: 1, windowSeconds: 60 }))]));
      for (let call = 0; call < 3; call++) assert.equal((await send({ path: "/v1/mine" })).status, 401);
    });

    it("counts by the given key, together for the routes that share it, and separately for each app", async () => {
      const shared = rateLimit({ name: "calls", limit: 2, windowSeconds: 60, key: () => "all" });
      const api = apiOf([getOpen(shared), getMine(shared)]);
      const send = start(api);
      const authorization = issuer.bearer([]);
      assert.equal((await send()).status, 200);
      assert.equal((await send({ path: "/v1/mine", authorization })).status, 200);
      assert.equal((await send({ from: "198.51.100.9" })).status, 429);
      assert.equal((await start(api)()).status, 200);
    });

    it("may be middleware of the whole API", async () => {
      const limit = rateLimit({ name: "calls", limit: 1, windowSeconds: 60 });
      const send = start(apiOf([], { middleware: () => [limit] }));
      assert.deepEqual([(await send()).status, (await send()).status], [404, 429]);
    });
  });

  describe(`a limit of attempts, in ${name}`, () => {
    const PASSWORD = "not-secret";
    /** Signs in with the right password; "down" stands for a provider that is down. */
    function startSigningIn(limit = 2): Send {
      const attempt = limitAttempts({ limit, windowSeconds: 60 });
      const signIn = defineRoute({
        operationId: "signIn",
        method: "POST",
        path: "/v1/sign-in",
        summary: "Signs in.",
        request: (z) => ({ body: z.object({ username: z.string(), password: z.string() }) }),
        responses: (z) => ({ 200: { description: "In.", schema: z.object({}) } }),
        errors: ["002401", "001503", "001429"],
      }).handler(
        anyone(async ({ body: { username, password }, clientIp }) =>
          attempt({ clientIp, account: username }, async () => {
            if (password === "down") throw new ApiError("001503", { reason: "Down" });
            if (password !== PASSWORD) throw new ApiError("002401", { reason: "Refused" });
            return { status: 200, body: {} };
          }),
        ),
      );
      return start(apiOf([signIn]));
    }
    const as = (username: string, password: string, from = "198.51.100.1"): Sent => ({
      path: "/v1/sign-in",
      from,
      body: { username, password },
    });

    it("refuses an address that has failed too often with an account, whatever it sends then", async () => {
      const send = startSigningIn();
      for (let call = 0; call < 2; call++)
        assert.equal((await send(as("alice@example.com", "wrong"))).status, 401);
      for (const password of ["wrong", PASSWORD]) {
        const { status, code, retryAfter } = await send(as("Alice@Example.com ", password));
        assert.deepEqual([status, code], [429, "001429"]);
        assert.match(retryAfter ?? "", /^[1-6]\d?$/);
      }
    });

    it("never locks an account for its owner at another address, nor an address for another account", async () => {
      const send = startSigningIn();
      for (let call = 0; call < 3; call++) await send(as("alice@example.com", "wrong"));
      assert.equal((await send(as("alice@example.com", PASSWORD, "198.51.100.2"))).status, 200);
      assert.equal((await send(as("bob@example.com", PASSWORD))).status, 200);
    });

    it("does not count successful sign-ins, nor a provider that is down", async () => {
      const send = startSigningIn(1);
      for (const [password, status] of [
        [PASSWORD, 200],
        ["down", 503],
        [PASSWORD, 200],
        ["down", 503],
        ["wrong", 401],
        [PASSWORD, 429],
      ] as const)
        assert.equal((await send(as("alice@example.com", password))).status, status);
    });

    it("admits no more attempts when they come all at once", async () => {
      const send = startSigningIn(3);
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => send(as("alice@example.com", "wrong"))),
      );
      assert.equal(answers.filter(({ status }) => status === 401).length, 3);
    });
  });
}

it("an impossible limit is refused where it is written", () => {
  assert.throws(() => rateLimit({ name: "calls", limit: 0, windowSeconds: 60 }), RangeError);
  assert.throws(() => limitAttempts({ limit: 1, windowSeconds: 0 }), RangeError);
});
