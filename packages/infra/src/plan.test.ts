import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createAccessLine } from "@lambda-express-api/kit/container/access-log.ts";
import { routesOfRouter } from "@lambda-express-api/kit/enabled-routes.ts";
import { anyone, auth, iam } from "@lambda-express-api/kit/route/access.ts";
import { defineRoute, type Zod } from "@lambda-express-api/kit/route/define-route.ts";
import { accessLogFormat } from "./access-log-format.ts";
import { planHttpApi } from "./plan.ts";

const settings = {
  stageName: "mvp",
  jwtAuthorizer: { issuer: "https://issuer.example.com/", audiences: ["one", "two"] },
  corsAllowOrigins: ["https://app.example.com"],
};

const contract = {
  summary: "A test.",
  responses: (z: Zod) => ({ 200: { description: "Fine.", schema: z.null() } }),
} as const;
const fine = async () => ({ status: 200, body: null }) as const;
const routes = [
  defineRoute({ ...contract, operationId: "getHealth", method: "GET", path: "/v1/health" }).handler(
    anyone(fine),
  ),
  defineRoute({ ...contract, operationId: "getOrder", method: "GET", path: "/v1/orders/{orderId}" }).handler(
    auth({ groups: ["STAFF"] }, fine),
  ),
  defineRoute({
    ...contract,
    operationId: "createToken",
    method: "POST",
    path: "/v1/token",
    feature: "authEndpoints",
  }).handler(anyone(fine)),
];

describe("the plan", () => {
  it("has exactly one route for each endpoint", () => {
    const plan = planHttpApi(routes, settings);
    assert.deepEqual(
      plan.routes.map(({ operationName }) => operationName),
      routes.map(({ operationId }) => operationId),
    );
    assert.equal(new Set(plan.routes.map(({ routeKey }) => routeKey)).size, routes.length);
    assert.ok(!plan.routes.some(({ routeKey }) => /\$default|ANY |proxy/.test(routeKey)));
  });

  it("has a route for HEAD if a GET has head, with its rule, unless HEAD has its own endpoint", () => {
    const get = {
      ...contract,
      operationId: "getThing",
      method: "GET",
      path: "/v1/things/{thingId}",
      head: true,
    } as const;
    const route = defineRoute(get).handler(auth({ scopes: ["read:things"] }, fine));
    const own = defineRoute({
      ...contract,
      operationId: "headThing",
      method: "HEAD",
      path: get.path,
    }).handler(anyone(fine));
    const planned = planHttpApi([...routes, route], settings).routes.slice(routes.length);
    assert.deepEqual(
      planned.map(({ routeKey, operationName }) => [routeKey, operationName]),
      [
        ["GET /v1/things/{thingId}", "getThing"],
        ["HEAD /v1/things/{thingId}", "getThingHead"],
      ],
    );
    assert.deepEqual(
      { ...planned[1], routeKey: "", operationName: "" },
      { ...planned[0], routeKey: "", operationName: "" },
    );
    assert.deepEqual(
      planHttpApi([route, own], settings).routes.map(({ operationName }) => operationName),
      ["getThing", "headThing"],
    );
  });

  it("lets pages of other origins send If-None-Match if an endpoint has entity tags", () => {
    const list = defineRoute({
      ...contract,
      operationId: "list",
      method: "GET",
      path: "/v1/list",
      etag: true,
    });
    const allowed = (more: readonly ReturnType<typeof list.handler>[]) =>
      planHttpApi([...routes, ...more], settings).corsConfiguration.allowHeaders;
    assert.equal(allowed([]).includes("if-none-match"), false);
    assert.equal(allowed([list.handler(anyone(fine))]).includes("if-none-match"), true);
  });

  it("has no route for endpoints that are only for the container", () => {
    const events = defineRoute({
      operationId: "watch",
      method: "GET",
      path: "/v1/events",
      summary: "A test.",
      only: "container",
      head: true,
      responses: () => ({ 200: { description: "It.", contentType: "text/event-stream", stream: "endless" } }),
    }).handler(
      anyone(async () => ({
        status: 200,
        body: (async function* () {
          yield "data: 1\n\n";
        })(),
      })),
    );
    assert.deepEqual(planHttpApi([...routes, events], settings), planHttpApi(routes, settings));
  });

  it("refuses more routes than the quota and names it, unless it was raised", () => {
    const many = (length: number) =>
      Array.from({ length }, (_, index) =>
        defineRoute({ ...contract, operationId: `x${index}`, method: "GET", path: `/v1/x${index}` }).handler(
          anyone(fine),
        ),
      );
    assert.equal(planHttpApi(many(300), settings).routes.length, 300);
    assert.throws(() => planHttpApi(many(301), settings), {
      message:
        /^The API has 301 routes, but API Gateway's quota "Routes per API" is 300; .*Service Quotas.*ROUTES_PER_API/,
    });
    assert.equal(planHttpApi(many(301), { ...settings, routesPerApi: 301 }).routes.length, 301);
  });

  it("puts the authorizer before every route except those for anyone", () => {
    for (const [index, planned] of planHttpApi(routes, settings).routes.entries()) {
      const isPublic = routes[index]?.access.type === "public";
      assert.equal(planned.authorizationType, isPublic ? "NONE" : "JWT", planned.routeKey);
      assert.equal(planned.authorizerId, isPublic ? undefined : "jwt", planned.routeKey);
    }
  });

  it("puts no authorizer before a route for API keys, which the gateway does not know", () => {
    const route = defineRoute({ ...contract, operationId: "x", method: "PUT", path: "/v1/x/{id}" });
    const access = { type: "apiKey", scopes: ["write:x"] } as const;
    const { routes: planned } = planHttpApi([{ ...route.handler(auth(fine)), access }], settings);
    assert.deepEqual(planned, [
      { routeKey: "PUT /v1/x/{id}", operationName: "x", authorizationType: "NONE" },
    ]);
  });

  it("uses AWS_IAM without an authorizer for a route for AWS callers", () => {
    const route = defineRoute({ ...contract, operationId: "x", method: "POST", path: "/v1/x" });
    assert.deepEqual(planHttpApi([route.handler(iam(fine))], settings).routes, [
      { routeKey: "POST /v1/x", operationName: "x", authorizationType: "AWS_IAM" },
    ]);
  });

  it("passes scopes, but not groups, to the gateway", () => {
    const route = defineRoute({ ...contract, operationId: "x", method: "PUT", path: "/v1/x/{id}" });
    const { routes: planned } = planHttpApi(
      [route.handler(auth({ groups: ["STAFF"], scopes: ["write:x"] }, fine)), route.handler(auth(fine))],
      settings,
    );
    const base = {
      routeKey: "PUT /v1/x/{id}",
      operationName: "x",
      authorizationType: "JWT",
      authorizerId: "jwt",
    };
    assert.deepEqual(planned, [{ ...base, authorizationScopes: ["write:x"] }, base]);
  });

  it("ends no route key with a slash, which the gateway would refuse", () => {
    const route = defineRoute({ ...contract, operationId: "x", method: "GET", path: "/v1/" });
    assert.equal(planHttpApi([route.handler(anyone(fine))], settings).routes[0]?.routeKey, "GET /v1");
  });

  it("has all methods of a mounted router and the paths below it, and leaves preflights to the gateway's CORS", () => {
    const router = routesOfRouter({
      operationId: "legacy",
      prefix: "/v1/legacy",
      summary: "A router.",
      access: auth({ groups: ["STAFF"] }, fine).access,
      router: () => Promise.reject(new Error("not called")),
    });
    assert.deepEqual(
      planHttpApi(router, settings).routes.map(({ routeKey, operationName, authorizationType }) => [
        routeKey,
        operationName,
        authorizationType,
      ]),
      [
        ["ANY /v1/legacy", "legacy", "JWT"],
        ["OPTIONS /v1/legacy", "legacyOptions", "NONE"],
        ["ANY /v1/legacy/{proxy+}", "legacyBelow", "JWT"],
        ["OPTIONS /v1/legacy/{proxy+}", "legacyBelowOptions", "NONE"],
      ],
    );
  });

  it("sets every throttle, and stricter ones for sign-in", () => {
    const [stage] = planHttpApi(routes, settings).stages;
    const { throttlingRateLimit, throttlingBurstLimit } = stage.defaultRouteSettings;
    assert.ok(throttlingRateLimit > 0 && throttlingBurstLimit > 0);
    assert.deepEqual(Object.keys(stage.routeSettings), ["POST /v1/token"]);
    for (const limits of Object.values(stage.routeSettings)) {
      assert.ok(limits.throttlingRateLimit > 0 && limits.throttlingRateLimit < throttlingRateLimit);
      assert.ok(limits.throttlingBurstLimit > 0 && limits.throttlingBurstLimit < throttlingBurstLimit);
    }
  });

  it("keeps issuer and audiences exactly as given", () => {
    assert.deepEqual(planHttpApi(routes, settings).authorizers.jwt?.jwtConfiguration, {
      issuer: "https://issuer.example.com/",
      audience: ["one", "two"],
    });
  });

  it("logs every request as one JSON object in seven groups, with quoted values", () => {
    const [stage] = planHttpApi(routes, settings).stages;
    const groups: Record<string, Record<string, string>> = JSON.parse(stage.accessLogSettings.format);
    assert.deepEqual(Object.keys(groups), [
      "request",
      "api",
      "client",
      "http",
      "integration",
      "error",
      "response",
    ]);
    for (const value of Object.values(groups).flatMap(Object.values)) assert.match(value, /^\$context\./);
  });

  it("refuses two variable names at the same place of a path, and accepts them at different places", () => {
    const get = (operationId: string, path: string) =>
      defineRoute({ ...contract, operationId, method: "GET", path }).handler(anyone(fine));
    const planOf = (...paths: string[]) =>
      planHttpApi(
        paths.map((path, index) => get(`operation${index}`, path)),
        settings,
      );
    assert.throws(() => planOf("/v1/orders/{orderId}", "/v1/orders/{id}/items"), {
      message:
        "GET /v1/orders/{orderId} and GET /v1/orders/{id}/items have different names for the variable at /v1/orders/{}, but API Gateway accepts only one; use {orderId} in both.",
    });
    assert.throws(() => planOf("/v1/{a}/x/{b}", "/v1/{a}/x/{c}"), /at \/v1\/\{\}\/x\/\{\},/);
    for (const paths of [
      ["/v1/orders/{orderId}", "/v1/orders/{orderId}/items/{itemId}", "/v1/carts/{id}"],
      ["/v1/files/{fileId}", "/v1/files/{proxy+}"],
    ])
      assert.equal(planOf(...paths).routes.length, paths.length);
  });
});

describe("the access log of the plan", () => {
  it("has the token's subject if the settings say so, in the same field as the container's access log", () => {
    assert.equal(JSON.parse(accessLogFormat(true)).client.subject, "$context.authorizer.claims.sub");
    assert.equal(JSON.parse(accessLogFormat(false)).client.subject, undefined);
    const line = createAccessLine({
      stageName: undefined,
      release: { version: "1.0.0", commit: "development" },
      showsSubject: true,
    })({
      ids: { requestId: "id", traceId: "trace", clientRequestId: undefined },
      receivedAt: 0,
      host: undefined,
      address: undefined,
      userAgent: undefined,
      subject: "alice",
      path: "/",
      protocol: "HTTP/1.1",
      method: "GET",
      latencyMilliseconds: 0,
      error: undefined,
      status: 200,
      requestBytes: 0,
      responseBytes: 0,
    });
    const groupOf = (text: string) => Object.keys(JSON.parse(text).client);
    assert.deepEqual(groupOf(line), groupOf(accessLogFormat(true)));
  });
});
