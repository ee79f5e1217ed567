import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { apiOf, fixtureApi } from "../../test/fixtures/api.ts";
import type { Api } from "../api.ts";
import { anyone } from "../route/access.ts";
import { defineRoute, METHODS } from "../route/define-route.ts";
import { appTarget, handlerTarget, serverTarget, type Target } from "../testing/targets.ts";
import { noIssuer, testConfig } from "../testing/test-environment.ts";
import { startTestIssuer, type TestIssuer } from "../testing/test-issuer.ts";
import { corsConfiguration } from "./cors.ts";

const ORIGIN = "https://app.example.com";

describe("CORS in the container", () => {
  let issuer: TestIssuer;
  let calls = 0;
  const targets: Target[] = [];
  before(async () => {
    issuer = await startTestIssuer();
  });
  after(async () => {
    for (const target of targets) await target.close();
    await issuer.close();
  });

  const options = defineRoute({
    operationId: "options",
    method: "OPTIONS",
    path: "/options",
    summary: "Counts how often it is called.",
    responses: (z) => ({ 200: { description: "The count.", schema: z.number() } }),
  }).handler(
    anyone(async () => {
      calls += 1;
      return { status: 200, body: calls };
    }),
  );

  async function start(origins: string, api: Api = fixtureApi): Promise<Target> {
    const target = await appTarget({ api, issuer, environment: { CORS_ALLOW_ORIGINS: origins } });
    targets.push(target);
    return target;
  }

  const corsHeaders = (headers: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(headers).filter(([name]) => name.startsWith("access-control-") || name === "vary"),
    );

  const preflight = (path: string, origin = ORIGIN) => ({
    method: "OPTIONS",
    path,
    headers: {
      origin,
      "access-control-request-method": "GET",
      "access-control-request-headers": "authorization",
    },
  });

  const exposed = {
    "access-control-expose-headers":
      "x-request-id,retry-after,ratelimit,ratelimit-policy,deprecation,sunset,link,www-authenticate,location,etag",
  };
  const allowed = {
    "access-control-allow-methods": "GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS",
    "access-control-allow-headers":
      "authorization,content-type,x-request-id,traceparent,tracestate,accept,accept-encoding,if-none-match",
    "access-control-max-age": "3600",
  };

  it("responds to a preflight with 204 and all headers that a page needs, as the gateway would", async () => {
    const { status, headers, body } = await (await start(ORIGIN)).request(preflight("/v1/me"));
    assert.deepEqual([status, body.length], [204, 0]);
    assert.deepEqual(corsHeaders(headers), {
      "access-control-allow-origin": ORIGIN,
      ...allowed,
      vary: "origin",
    });
    assert.deepEqual(allowed["access-control-allow-methods"].split(","), [...METHODS]);
  });

  it("sends * where all origins may call", async () => {
    const { headers } = await (await start("*")).request(preflight("/v1/me"));
    assert.deepEqual(corsHeaders(headers), { "access-control-allow-origin": "*", ...allowed });
  });

  it("never passes a preflight to a route, and needs no token for it", async () => {
    const target = await start("*", apiOf([options]));
    for (const path of ["/options", "/v1/nowhere"]) {
      const { status, body } = await target.request(preflight(path));
      assert.deepEqual([status, body.length], [204, 0]);
    }
    assert.equal(calls, 0);
  });

  it("treats only a request with both headers as a preflight", async () => {
    const target = await start("*", apiOf([options]));
    for (const headers of [{}, { origin: ORIGIN }, { "access-control-request-method": "GET" }]) {
      const expected = calls + 1;
      const { status, body } = await target.request({ method: "OPTIONS", path: "/options", headers });
      assert.deepEqual([status, body.toString()], [200, String(expected)]);
    }
    const { status } = await target.request({
      method: "GET",
      path: "/options",
      headers: preflight("/").headers,
    });
    assert.equal(status, 404);
  });

  it("adds nothing but vary to a response without an origin", async () => {
    const listed = await (await start(ORIGIN)).request({ method: "GET", path: "/v1/health" });
    assert.deepEqual(corsHeaders(listed.headers), { vary: "origin" });
    const any = await (await start("*")).request({ method: "GET", path: "/v1/health" });
    assert.deepEqual(corsHeaders(any.headers), {});
  });

  for (const [name, start] of Object.entries({
    "the app": appTarget,
    "the server": serverTarget,
    "the bare handler": handlerTarget,
  })) {
    it(`varies every response by origin where origins are listed, also cached ones: ${name}`, async (t) => {
      const target = await start({
        api: fixtureApi,
        issuer: noIssuer,
        environment: { CORS_ALLOW_ORIGINS: ORIGIN },
      });
      t.after(target.close);
      for (const [path, vary] of [
        ["/v1/health", "origin"],
        ["/v1/me", "origin"],
        ["/v1/nowhere", "origin"],
        ["/v1/", "origin, accept"],
        ["/v1/docs/icon.svg", "origin, accept-encoding"],
      ] as const)
        for (const headers of [{}, { origin: ORIGIN }, { origin: "https://evil.example.com" }]) {
          const { headers: answered } = await target.request({ method: "GET", path, headers });
          assert.equal(answered.vary, vary, path);
        }
    });
  }

  it("lets a page read every response, including refusals and errors", async () => {
    const target = await start(ORIGIN);
    for (const [path, expected] of [
      ["/v1/health", 200],
      ["/v1/me", 401],
      ["/v1/nowhere", 404],
    ] as const) {
      const { status, headers } = await target.request({ method: "GET", path, headers: { origin: ORIGIN } });
      assert.equal(status, expected);
      assert.deepEqual(corsHeaders(headers), {
        "access-control-allow-origin": ORIGIN,
        ...exposed,
        vary: "origin",
      });
    }
  });

  for (const origin of [
    "https://evil.example.com",
    "http://app.example.com",
    "https://app.example.com:8443",
    "https://app.example.com.evil.com",
    "https://APP.example.com",
    "null",
    "",
  ]) {
    it(`sends no CORS headers to a page of another origin: ${origin || "(empty)"}`, async () => {
      const target = await start(ORIGIN);
      const refused = await target.request(preflight("/v1/health", origin));
      assert.deepEqual([refused.status, corsHeaders(refused.headers)], [204, { vary: "origin" }]);
      const answered = await target.request({ method: "GET", path: "/v1/health", headers: { origin } });
      assert.deepEqual([answered.status, corsHeaders(answered.headers)], [200, { vary: "origin" }]);
    });
  }

  it("accepts each of several origins", async () => {
    const other = "https://admin.example.com";
    const target = await start(`${ORIGIN},${other}`);
    for (const origin of [ORIGIN, other]) {
      const { headers } = await target.request(preflight("/", origin));
      assert.equal(headers["access-control-allow-origin"], origin);
    }
  });

  it("never allows credentials by default", async () => {
    for (const origins of ["*", ORIGIN]) {
      const { headers } = await (await start(origins)).request(preflight("/"));
      assert.equal(headers["access-control-allow-credentials"], undefined);
    }
  });

  const signed = defineRoute({
    operationId: "signed",
    method: "POST",
    path: "/signed",
    summary: "Names headers.",
    request: (z) => ({
      headers: z.object({ "X-Signature": z.string(), "if-match": z.string().optional() }),
    }),
    responses: (z) => ({ 200: { description: "Never.", schema: z.null() } }),
  }).handler(anyone(async () => ({ status: 200, body: null })));

  const headersOf = async (target: Target, path: string) => ({
    allowed: (await target.request(preflight(path))).headers["access-control-allow-headers"],
    exposed: (await target.request({ method: "GET", path, headers: { origin: ORIGIN } })).headers[
      "access-control-expose-headers"
    ],
  });

  it("lets a page send the headers in the endpoints' contracts, on every path, because the gateway has one list", async () => {
    const target = await start("*", apiOf([signed, options]));
    for (const path of ["/signed", "/options", "/nowhere"]) {
      const { allowed } = await headersOf(target, path);
      assert.equal(
        allowed,
        "authorization,content-type,x-request-id,traceparent,tracestate,if-match,x-signature",
      );
    }
  });

  it("lets a page send and read the configured headers", async (t) => {
    const environment = {
      CORS_ALLOW_HEADERS: "x-tenant, X-Signature",
      CORS_EXPOSE_HEADERS: "X-Total-Count,ETag",
    };
    const target = await appTarget({ api: apiOf([signed]), issuer, environment });
    t.after(target.close);
    assert.deepEqual(await headersOf(target, "/signed"), {
      allowed: "authorization,content-type,x-request-id,traceparent,tracestate,if-match,x-signature,x-tenant",
      exposed:
        "x-request-id,retry-after,ratelimit,ratelimit-policy,deprecation,sunset,link,www-authenticate,location,etag,x-total-count",
    });
  });

  it("still responds to preflights when an endpoint cannot be loaded, and logs it", async (t) => {
    const lines: string[] = [];
    const { routes } = apiOf([options]);
    let isBroken = true;
    const load = async () => {
      if (isBroken) throw new Error("no such file");
      return signed;
    };
    const api = apiOf([], { routes: { ...routes, "POST /signed": load } });
    const target = await appTarget({ api, issuer, write: (line) => lines.push(line) });
    t.after(target.close);
    const { allowed } = await headersOf(target, "/options");
    assert.equal(allowed, "authorization,content-type,x-request-id,traceparent,tracestate");
    assert.equal(lines.filter((line) => line.includes("no such file")).length, 1);
    isBroken = false;
    assert.match((await headersOf(target, "/options")).allowed ?? "", /,x-signature$/);
  });

  it("lets only pages of listed origins send cookies, where that is configured", async (t) => {
    const environment = { CORS_ALLOW_ORIGINS: ORIGIN, CORS_ALLOW_CREDENTIALS: "on" };
    const target = await appTarget({ api: apiOf([signed]), issuer, environment });
    t.after(target.close);
    for (const [origin, credentials] of [
      [ORIGIN, "true"],
      ["https://other.example.com", undefined],
    ] as const) {
      for (const request of [
        preflight("/signed", origin),
        { method: "GET", path: "/signed", headers: { origin } },
      ])
        assert.equal(
          (await target.request(request)).headers["access-control-allow-credentials"],
          credentials,
          `${request.method} from ${origin}`,
        );
    }
  });

  it("is configured with the gateway's names", () => {
    const config = testConfig(fixtureApi, noIssuer, { CORS_ALLOW_ORIGINS: ORIGIN });
    assert.deepEqual(Object.keys(corsConfiguration(config, [])).sort(), [
      "allowCredentials",
      "allowHeaders",
      "allowMethods",
      "allowOrigins",
      "exposeHeaders",
      "maxAge",
    ]);
  });
});
