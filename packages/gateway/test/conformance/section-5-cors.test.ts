// docs/behaviour.md §5: CORS configured on the API.

import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { CorsConfiguration, HttpApi, HttpApiEvent } from "../../src/index.ts";
import { startIssuer } from "../support/local-issuer.ts";
import {
  openRoutes,
  type ReceivedAnswer,
  type StartedGateway,
  startGateway,
} from "../support/start-gateway.ts";

const origin = "https://app.example";
const cors: CorsConfiguration = {
  allowOrigins: [origin, "https://admin.example"],
  allowMethods: ["GET", "POST"],
  allowHeaders: ["authorization", "content-type"],
  exposeHeaders: ["x-request-id", "etag"],
  maxAge: 600,
};
const preflight = {
  method: "OPTIONS",
  path: "/items",
  headers: { origin, "access-control-request-method": "GET" },
};

function start(
  t: TestContext,
  api: Partial<HttpApi>,
  handler?: (event: HttpApiEvent) => unknown,
): Promise<StartedGateway> {
  const described = { routes: openRoutes("GET /items"), corsConfiguration: cors, ...api };
  return startGateway(t, handler ? { api: described, handler } : { api: described });
}

function corsHeaders({ headers }: ReceivedAnswer): Record<string, unknown> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith("access-control-")));
}

describe("§5 preflight", () => {
  it("§5 is answered by the gateway, also without an OPTIONS route", async (t) => {
    const gateway = await start(t, {});
    const answer = await gateway.send(preflight);
    assert.equal(gateway.events.length, 0);
    assert.deepEqual(corsHeaders(answer), {
      "access-control-allow-origin": origin,
      "access-control-allow-methods": "GET,POST",
      "access-control-allow-headers": "authorization,content-type",
      "access-control-max-age": "600",
    });
  });

  it("§5 is a 204 without body (unconfirmed)", async (t) => {
    const answer = await (await start(t, {})).send(preflight);
    assert.deepEqual([answer.status, answer.text], [204, ""]);
  });

  it("§5 from an origin that is not allowed is a 204 without CORS headers (unconfirmed)", async (t) => {
    const gateway = await start(t, {});
    const answer = await gateway.send({
      ...preflight,
      headers: { ...preflight.headers, origin: "https://evil.example" },
    });
    assert.deepEqual([answer.status, corsHeaders(answer)], [204, {}]);
  });

  it("§5 needs origin and access-control-request-method; otherwise OPTIONS is an ordinary method", async (t) => {
    const gateway = await start(t, {});
    assert.equal((await gateway.send({ ...preflight, headers: { origin } })).status, 404);
    const headers = { "access-control-request-method": "GET" };
    assert.equal((await gateway.send({ ...preflight, headers })).status, 404);
  });

  it("§5 for an open OPTIONS route is answered by the gateway", async (t) => {
    const gateway = await start(t, { routes: openRoutes("OPTIONS /{proxy+}") });
    assert.equal((await gateway.send(preflight)).status, 204);
    assert.equal(gateway.events.length, 0);
  });

  for (const routeKey of ["ANY /{proxy+}", "$default", "OPTIONS /items"]) {
    const authorized: Partial<HttpApi> = {
      routes: [{ routeKey, authorizationType: "JWT", authorizerId: "jwt" }],
    };

    it(`§5 for ${routeKey} with an authorizer is a 401`, async (t) => {
      const { issuer, audience } = await startIssuer(t);
      const authorizers = { jwt: { jwtConfiguration: { issuer, audience: [audience] } } };
      const gateway = await start(t, { ...authorized, authorizers });
      assert.equal((await gateway.send(preflight)).status, 401);
    });

    if (routeKey.startsWith("OPTIONS")) continue;

    it(`§5 for ${routeKey} with an authorizer passes through an open OPTIONS /{proxy+} route`, async (t) => {
      const { issuer, audience } = await startIssuer(t);
      const authorizers = { jwt: { jwtConfiguration: { issuer, audience: [audience] } } };
      const routes = [...(authorized.routes ?? []), ...openRoutes("OPTIONS /{proxy+}")];
      const gateway = await start(t, { authorizers, routes });
      assert.equal((await gateway.send(preflight)).headers["access-control-allow-origin"], origin);
    });

    it(`§5 for ${routeKey} without an authorizer reaches the function and gets the gateway's headers (unconfirmed)`, async (t) => {
      const handler = () => ({ statusCode: 200, headers: { "access-control-allow-origin": "*" } });
      const gateway = await start(t, { routes: openRoutes(routeKey) }, handler);
      const answer = await gateway.send(preflight);
      assert.equal(gateway.events.length, 1);
      assert.equal(answer.headers["access-control-allow-origin"], origin);
    });
  }
});

describe("§5 responses", () => {
  it("§5 get CORS headers if the request has an origin", async (t) => {
    const gateway = await start(t, {});
    const answer = await gateway.send({ path: "/items", headers: { origin } });
    assert.deepEqual(corsHeaders(answer), {
      "access-control-allow-origin": origin,
      "access-control-expose-headers": "x-request-id,etag",
    });
  });

  it("§5 get no CORS headers without an origin", async (t) => {
    const gateway = await start(t, {});
    assert.deepEqual(corsHeaders(await gateway.send({ path: "/items" })), {});
  });

  it("§5 get no CORS headers for an origin that is not allowed", async (t) => {
    const gateway = await start(t, {});
    const headers = { origin: "https://app.example.evil" };
    assert.deepEqual(corsHeaders(await gateway.send({ path: "/items", headers })), {});
  });

  it("§5 have the function's own CORS headers replaced by the configured ones", async (t) => {
    const headers = {
      "Access-Control-Allow-Origin": "*",
      "access-control-allow-credentials": "true",
      "x-kept": "1",
    };
    const gateway = await start(t, {}, () => ({ statusCode: 200, headers }));
    const answer = await gateway.send({ path: "/items", headers: { origin } });
    assert.equal(answer.headers["access-control-allow-origin"], origin);
    assert.ok(!("access-control-allow-credentials" in answer.headers));
    assert.equal(answer.headers["x-kept"], "1");
    assert.deepEqual(corsHeaders(await gateway.send({ path: "/items" })), {});
  });

  it("§5 name only the origin that asked, and vary by it (vary unconfirmed)", async (t) => {
    const gateway = await start(t, {});
    const answer = await gateway.send({ path: "/items", headers: { origin: "https://admin.example" } });
    assert.equal(answer.headers["access-control-allow-origin"], "https://admin.example");
    assert.equal(answer.headers.vary, "origin");
  });

  it("§5 name * if every origin is allowed", async (t) => {
    const gateway = await start(t, { corsConfiguration: { allowOrigins: ["*"] } });
    const answer = await gateway.send({ path: "/items", headers: { origin: "https://any.example" } });
    assert.equal(answer.headers["access-control-allow-origin"], "*");
    assert.ok(!("vary" in answer.headers));
  });

  it("§5 https://* allows every https origin and no other", async (t) => {
    const gateway = await start(t, { corsConfiguration: { allowOrigins: ["https://*"] } });
    const secure = await gateway.send({ path: "/items", headers: { origin: "https://any.example" } });
    assert.equal(secure.headers["access-control-allow-origin"], "https://any.example");
    assert.deepEqual(
      corsHeaders(await gateway.send({ path: "/items", headers: { origin: "http://any.example" } })),
      {},
    );
  });

  it("§5 allow credentials if configured", async (t) => {
    const gateway = await start(t, { corsConfiguration: { ...cors, allowCredentials: true } });
    const answer = await gateway.send({ path: "/items", headers: { origin } });
    assert.equal(answer.headers["access-control-allow-credentials"], "true");
  });

  it("§5 from the gateway itself get CORS headers too (unconfirmed)", async (t) => {
    const gateway = await start(t, {});
    const answer = await gateway.send({ path: "/else", headers: { origin } });
    assert.deepEqual([answer.status, answer.headers["access-control-allow-origin"]], [404, origin]);
  });

  it("§5 from the gateway itself have none with the switch corsOnGatewayErrors", async (t) => {
    const api = { routes: openRoutes("GET /items"), corsConfiguration: cors };
    const gateway = await startGateway(t, { api, switches: { corsOnGatewayErrors: false } });
    assert.deepEqual(corsHeaders(await gateway.send({ path: "/else", headers: { origin } })), {});
    const answer = await gateway.send({ path: "/items", headers: { origin } });
    assert.equal(answer.headers["access-control-allow-origin"], origin);
  });

  it("§5 without a configuration, OPTIONS is routed and the function's CORS headers pass", async (t) => {
    const headers = { "access-control-allow-origin": "https://mine.example" };
    const handler = () => ({ statusCode: 204, headers });
    const gateway = await startGateway(t, { api: { routes: openRoutes("ANY /{proxy+}") }, handler });
    const answer = await gateway.send(preflight);
    assert.deepEqual([answer.status, corsHeaders(answer)], [204, headers]);
    assert.equal(gateway.events[0]?.requestContext.http.method, "OPTIONS");
  });
});
