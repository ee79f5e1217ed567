import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import express, { type RequestHandler, Router } from "express";
import { apiOf, getHealth } from "../../test/fixtures/api.ts";
import type { Api, MountedRouter } from "../api.ts";
import { enabledRoutes } from "../enabled-routes.ts";
import { ApiError } from "../errors/api-error.ts";
import { principalOf } from "../request/request-context.ts";
import { appTarget, handlerTarget, type StartTarget, serverTarget, type Target } from "../testing/targets.ts";
import { testConfig } from "../testing/test-environment.ts";
import { startTestIssuer, type TestIssuer } from "../testing/test-issuer.ts";
import { anyone, auth } from "./access.ts";
import { defineRoute } from "./define-route.ts";

const { access: forAdmins } = auth({ groups: ["ADMINS"] }, async () => undefined);
const { access: forAnyone } = anyone(async () => undefined);

/** What has reached a router, as the router sees it. */
let reached: { method: string; url: string; baseUrl: string; subject: string | undefined }[] = [];

const legacy = () =>
  Router()
    .use((request, _response, next) => {
      const { method, url, baseUrl } = request;
      reached.push({ method, url, baseUrl, subject: principalOf(request)?.subject });
      next();
    })
    .get("/orders/:id", (request, response) => void response.json({ id: request.params.id }))
    .post("/orders", express.json(), (request, response) => void response.status(201).json(request.body))
    .get("/fails", () => {
      throw new Error("hunter2");
    })
    .get("/refuses", async () => {
      throw new ApiError("001429", { reason: "Later" });
    })
    .all("/any", (request, response) => void response.json(request.method))
    .all("/", (_request, response) => void response.json("root"));

const routerAt = (prefix: string, more: Partial<MountedRouter> = {}): MountedRouter => ({
  operationId: "legacy",
  prefix,
  summary: "The old API.",
  access: forAdmins,
  router: legacy,
  ...more,
});

describe("a mounted router", () => {
  let issuer: TestIssuer;
  before(async () => {
    issuer = await startTestIssuer();
  });
  after(() => issuer.close());

  async function withTarget(start: StartTarget, api: Api, use: (target: Target) => Promise<void>) {
    reached = [];
    const target = await start({ api, issuer });
    try {
      await use(target);
    } finally {
      await target.close();
    }
  }

  for (const [name, start] of [
    ["the app", appTarget],
    ["the server", serverTarget],
    ["the bare handler", handlerTarget],
  ] as const) {
    describe(`by ${name}`, () => {
      const api = apiOf([getHealth], { routers: [routerAt("/v1/legacy")] });
      const admin = () => ({ authorization: issuer.bearer(["ADMINS"]) });

      it("has its own routes below its prefix, with its own path variables and bodies", async () => {
        await withTarget(start, api, async ({ request }) => {
          const got = await request({ method: "GET", path: "/v1/legacy/orders/7?a=b", headers: admin() });
          assert.deepEqual([got.status, JSON.parse(got.body.toString())], [200, { id: "7" }]);
          const created = await request({
            method: "POST",
            path: "/v1/legacy/orders",
            headers: { ...admin(), "content-type": "application/json" },
            body: '{"item":"tea"}',
          });
          assert.deepEqual([created.status, JSON.parse(created.body.toString())], [201, { item: "tea" }]);
          assert.deepEqual(reached, [
            { method: "GET", url: "/orders/7?a=b", baseUrl: "/v1/legacy", subject: "alice" },
            { method: "POST", url: "/orders", baseUrl: "/v1/legacy", subject: "alice" },
          ]);
        });
      });

      it("is not cached if callers identify themselves, unless it sets the header itself", async () => {
        const router = () =>
          Router()
            .get("/mine", (_request, response) => void response.json({}))
            .get("/kept", (_request, response) => {
              response.set("cache-control", "private, max-age=60").json({});
            });
        const open = {
          ...routerAt("/v1/open"),
          operationId: "open",
          access: { type: "public" },
          router,
        } as const;
        const both = apiOf([getHealth], { routers: [{ ...routerAt("/v1/legacy"), router }, open] });
        await withTarget(start, both, async ({ request }) => {
          for (const [path, expected] of [
            ["/v1/legacy/mine", "no-store"],
            ["/v1/legacy/kept", "private, max-age=60"],
            ["/v1/open/mine", undefined],
          ] as const) {
            const { status, headers } = await request({ method: "GET", path, headers: admin() });
            assert.deepEqual([status, headers["cache-control"]], [200, expected], path);
          }
        });
      });

      it("gets every method, and every path below its prefix", async () => {
        await withTarget(start, api, async ({ request }) => {
          const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
          for (const method of methods) {
            const { status, body } = await request({ method, path: "/v1/legacy/any", headers: admin() });
            assert.deepEqual([status, body.toString()], [200, `"${method}"`]);
          }
          assert.equal(
            (await request({ method: "HEAD", path: "/v1/legacy/any", headers: admin() })).status,
            200,
          );
          const root = await request({ method: "GET", path: "/v1/legacy", headers: admin() });
          assert.equal(root.body.toString(), '"root"');
          assert.deepEqual(
            reached.map(({ method }) => method),
            [...methods, "HEAD", "GET"],
          );
        });
      });

      it("is never reached by a caller whom its rule refuses, on any path or method", async () => {
        await withTarget(start, api, async ({ request }) => {
          for (const method of ["GET", "POST", "DELETE", "OPTIONS"]) {
            for (const path of ["/v1/legacy", "/v1/legacy/orders/7", "/v1/legacy/nowhere/at/all"]) {
              assert.equal((await request({ method, path })).status, 401, `${method} ${path}`);
              const authorization = issuer.bearer(["USERS"]);
              const { status, body } = await request({ method, path, headers: { authorization } });
              assert.equal(status, 403, `${method} ${path}`);
              assert.equal(JSON.parse(body.toString()).error.code, "002401");
            }
          }
          assert.deepEqual(reached, []);
        });
      });

      it("is not reached by paths that only begin like its prefix", async () => {
        await withTarget(start, api, async ({ request }) => {
          for (const path of ["/v1/legacyfoo", "/v1/Legacy/any", "/v1", "/v1/health"])
            await request({ method: "GET", path, headers: admin() });
          assert.deepEqual(reached, []);
        });
      });

      it("leaves unanswered requests to the API: 404 and errors in the API's form", async () => {
        await withTarget(start, api, async ({ request }) => {
          for (const [path, status, code] of [
            ["/v1/legacy/nowhere", 404, "001404"],
            ["/v1/legacy/fails", 500, "001500"],
            ["/v1/legacy/refuses", 429, "001429"],
          ] as const) {
            const answer = await request({ method: "GET", path, headers: admin() });
            assert.deepEqual([answer.status, JSON.parse(answer.body.toString()).error.code], [status, code]);
            assert.doesNotMatch(answer.body.toString(), /hunter2/);
          }
        });
      });
    });
  }

  it("runs after the API's middleware and its routes", async () => {
    const steps: string[] = [];
    const count: RequestHandler = (request, _response, next) => {
      steps.push(request.path);
      next();
    };
    const mine = defineRoute({
      operationId: "getMine",
      method: "GET",
      path: "/v1/legacy/any",
      summary: "Replaces a path of the router.",
      responses: (z) => ({ 200: { description: "An answer.", schema: z.string() } }),
    }).handler(anyone(async () => ({ status: 200, body: "mine" })));
    const routers = [routerAt("/v1/legacy", { access: forAnyone })];
    await withTarget(
      appTarget,
      apiOf([mine], { middleware: () => [count], routers }),
      async ({ request }) => {
        const get = async (method: string, path: string) => (await request({ method, path })).body.toString();
        assert.equal(await get("GET", "/v1/legacy/any"), '"mine"');
        assert.equal(await get("POST", "/v1/legacy/any"), '"POST"');
        assert.deepEqual(steps, ["/v1/legacy/any", "/v1/legacy/any"]);
        assert.equal(reached.length, 1);
      },
    );
  });

  it("is not at its prefix with a slash at the end, which the gateway does not know", async () => {
    const api = apiOf([], { routers: [routerAt("/v1/legacy", { access: forAnyone })] });
    await withTarget(appTarget, api, async ({ request }) => {
      const statusOf = async (path: string) => (await request({ method: "GET", path })).status;
      assert.deepEqual([await statusOf("/v1/legacy"), await statusOf("/v1/legacy/")], [200, 404]);
      assert.equal(reached.length, 1);
    });
  });

  it("has no caller where anyone may call, not even with a valid token", async () => {
    const api = apiOf([], { routers: [routerAt("/v1/legacy", { access: forAnyone })] });
    await withTarget(appTarget, api, async ({ request }) => {
      await request({ method: "GET", path: "/v1/legacy/any" });
      const headers = { authorization: issuer.bearer(["ADMINS"]) };
      await request({ method: "GET", path: "/v1/legacy/any", headers });
      assert.deepEqual(
        reached.map(({ subject }) => subject),
        [undefined, undefined],
      );
    });
  });

  for (const [how, fail] of [
    [
      "throws",
      () => {
        throw new Error("not yet");
      },
    ],
    ["rejects", () => Promise.reject(new Error("not yet"))],
  ] satisfies [string, () => Promise<Router>][])
    it(`is loaded by its first admitted request, once, and again after its loader ${how}`, async () => {
      let loads = 0;
      const router = () => {
        loads += 1;
        return loads === 1 ? fail() : legacy();
      };
      const api = apiOf([getHealth], { routers: [routerAt("/v1/legacy", { router })] });
      await withTarget(appTarget, api, async ({ request }) => {
        const authorization = issuer.bearer(["ADMINS"]);
        const ask = async (headers: Record<string, string>) =>
          (await request({ method: "GET", path: "/v1/legacy/any", headers })).status;
        await request({ method: "GET", path: "/v1/health" });
        assert.equal(await ask({}), 401);
        assert.equal(loads, 0);
        assert.equal(await ask({ authorization }), 500);
        assert.deepEqual(await Promise.all([ask({ authorization }), ask({ authorization })]), [200, 200]);
        assert.equal(await ask({ authorization }), 200);
        assert.equal(loads, 2);
      });
    });

  it("is named in the access log by the gateway's routes for it", async () => {
    const lines: string[] = [];
    const api = apiOf([], { routers: [routerAt("/v1/legacy", { access: forAnyone })] });
    const target = await serverTarget({ api, issuer, write: (line) => lines.push(line) });
    await target.request({ method: "GET", path: "/v1/legacy" });
    await target.request({ method: "GET", path: "/v1/legacy/any" });
    await target.close();
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).http.routeKey),
      ["ANY /v1/legacy", "ANY /v1/legacy/{proxy+}"],
    );
  });

  it("is listed among the endpoints as two routes for any method, with its access rule", async () => {
    const api = apiOf([getHealth], {
      routers: [routerAt("/v1/legacy"), routerAt("/a", { operationId: "first", access: forAnyone })],
    });
    const routes = await enabledRoutes(api, testConfig(api).features);
    assert.deepEqual(
      routes.map(({ operationId, method, path, access }) => [operationId, method, path, access.type]).sort(),
      [
        ["first", "ANY", "/a", "public"],
        ["firstBelow", "ANY", "/a/{proxy+}", "public"],
        ["getHealth", "GET", "/v1/health", "public"],
        ["legacy", "ANY", "/v1/legacy", "authenticated"],
        ["legacyBelow", "ANY", "/v1/legacy/{proxy+}", "authenticated"],
      ],
    );
    assert.deepEqual(routes.find(({ path }) => path === "/v1/legacy")?.access, forAdmins);
  });
});
