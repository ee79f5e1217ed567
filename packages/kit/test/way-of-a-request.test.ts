/**
 * The files that a signed-in caller's request runs through, as V8 counts calls: a reader must open this many,
 * and no more.
 */
import assert from "node:assert/strict";
import { Session } from "node:inspector/promises";
import { describe, it } from "node:test";
import { handlerTarget, serverTarget } from "../src/testing/targets.ts";
import { startTestIssuer } from "../src/testing/test-issuer.ts";
import { fixtureApi } from "./fixtures/api.ts";

const KIT = new URL("../src/", import.meta.url).href;

const IN_BOTH = [
  "app.ts",
  "auth/principal.ts",
  "auth/token-rules.ts",
  "request/request-context.ts",
  "route/handle-route.ts",
  "route/reply.ts",
  "route/route-requests.ts",
];

const RUNTIMES = [
  {
    startTarget: handlerTarget,
    name: "Lambda",
    itsOwn: [
      "lambda/create-handler.ts",
      "lambda/event-adapter.ts",
      "lambda/gateway-claims.ts",
      "lambda/lambda-runtime.ts",
      "request/request-path.ts",
    ],
  },
  {
    startTarget: serverTarget,
    name: "the container",
    itsOwn: [
      "container/access-log.ts",
      "container/container-runtime.ts",
      "container/cors.ts",
      "container/issuer-keys.ts",
      "container/server.ts",
      "container/verify-token.ts",
      "request/request-ids.ts",
    ],
  },
];

describe("a signed-in caller's request", () => {
  for (const { startTarget, name, itsOwn } of RUNTIMES) {
    it(`passes ${IN_BOTH.length + itsOwn.length} files of the kit in ${name}, once everything is loaded`, async (t) => {
      const issuer = await startTestIssuer();
      const target = await startTarget({ api: fixtureApi, issuer, environment: { NODE_ENV: "production" } });
      const profiler = new Session();
      profiler.connect();
      t.after(async () => {
        profiler.disconnect();
        await target.close();
        await issuer.close();
      });
      const headers = { authorization: issuer.bearer(["USERS"]) };
      const send = () => target.request({ method: "GET", path: "/v1/me", headers });
      await send();
      await profiler.post("Profiler.enable");
      await profiler.post("Profiler.startPreciseCoverage", { callCount: true });
      const { status } = await send();
      const { result } = await profiler.post("Profiler.takePreciseCoverage");

      assert.equal(status, 200);
      const files = result
        .filter(({ functions }) => functions.some(({ ranges }) => (ranges[0]?.count ?? 0) > 0))
        .flatMap(({ url }) => (url.startsWith(KIT) ? url.slice(KIT.length) : []))
        .filter((file) => !file.startsWith("testing/"));
      assert.deepEqual(files.toSorted(), [...IN_BOTH, ...itsOwn].toSorted());
    });

    it(`has Express's prototypes from the start in ${name}: none is changed on the way`, async (t) => {
      const issuer = await startTestIssuer();
      const target = await startTarget({ api: fixtureApi, issuer });
      t.after(async () => {
        await target.close();
        await issuer.close();
      });
      const headers = { authorization: issuer.bearer(["USERS"]) };
      await target.request({ method: "GET", path: "/v1/me", headers });
      const setPrototypeOf = t.mock.method(Object, "setPrototypeOf", (object: object, prototype: object) => {
        assert.equal(Object.getPrototypeOf(object), prototype);
        return object;
      });
      const { status } = await target.request({ method: "GET", path: "/v1/me", headers });
      assert.equal(status, 200);
      assert.equal(setPrototypeOf.mock.callCount(), 2, "Express sets both");
    });
  }
});
