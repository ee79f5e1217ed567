// Callers get the same answers from the Lambda handler behind the local gateway: under the stage, and under a mapping key in
// both variants of a custom domain's path.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { api as exampleApi } from "@lambda-express-api/kit/examples/src/api.ts";
import { apiOf, fixtureApi } from "@lambda-express-api/kit/test/fixtures/api.ts";
import { countStock } from "@lambda-express-api/kit/test/fixtures/owner-api.ts";
import { exampleCases } from "@lambda-express-api/kit/test/support/example-cases.ts";
import { fixtureCases, probeCases } from "@lambda-express-api/kit/test/support/parity-cases.ts";
import { probeRoutes } from "@lambda-express-api/kit/test/support/probe-routes.ts";
import {
  accessSuite,
  appTarget,
  openApiSuite,
  type ParityCase,
  paritySuite,
  startTestIssuer,
  type Target,
  type TestIssuer,
} from "@lambda-express-api/kit/testing";
import { gatewayTarget } from "../src/testing/gateway-target.ts";
import { api as shopApi } from "./fixtures/shop/src/api.ts";

const throughKey = gatewayTarget({ through: "mapping key" });
const throughStage = gatewayTarget({ through: "stage" });
const targets = [
  appTarget,
  throughKey,
  gatewayTarget({ through: "mapping key", switches: { stageInCustomDomainPath: "removed" } }),
  throughStage,
];

const routerCases: readonly ParityCase[] = [
  {
    title: "OPTIONS at a router without a token, which is not a preflight",
    status: 401,
    request: () => ({ method: "OPTIONS", path: "/v1/legacy/things" }),
  },
  {
    title: "a path below a router, with any method",
    status: 200,
    request: (issuer) => ({
      method: "PUT",
      path: "/v1/legacy/things/1",
      headers: { authorization: issuer.bearer(["OWNERS"]) },
    }),
  },
];

/** Nothing listens here, so an endpoint that calls the identity provider answers 503. */
const noProvider = {
  FIREBASE_IDENTITY_TOOLKIT_URL: "http://127.0.0.1:1",
  FIREBASE_SECURE_TOKEN_URL: "http://127.0.0.1:1",
};

describe("behind the local gateway, the kit's fixture", async () => {
  await accessSuite(fixtureApi, [throughKey, throughStage], { environment: noProvider });
  await openApiSuite(fixtureApi, [throughStage], { environment: noProvider });
  paritySuite(fixtureApi, targets, fixtureCases, { environment: noProvider });
});

describe("behind the local gateway, endpoints of every kind", async () => {
  const probes = apiOf(probeRoutes);
  await accessSuite(apiOf([...probeRoutes, countStock]), [throughKey]);
  paritySuite(probes, targets, probeCases);
});

describe("behind the local gateway, the examples of the guides", async () => {
  await accessSuite(exampleApi, [throughKey]);
  paritySuite(exampleApi, targets, exampleCases);
});

describe("behind the local gateway, an API with a mounted router", async () => {
  await accessSuite(shopApi, [throughKey]);
  paritySuite(shopApi, targets, routerCases);

  it("responds to preflights to the router without a token", async () => {
    const issuer = await startTestIssuer();
    const headers = { origin: "https://app.example.com", "access-control-request-method": "PUT" };
    for (const start of targets) {
      const target = await start({ api: shopApi, issuer });
      const answer = await target.request({ method: "OPTIONS", path: "/v1/legacy/things", headers });
      assert.equal(answer.status, 204, target.name);
      assert.equal(answer.headers["access-control-allow-origin"], "*", target.name);
      assert.equal(answer.headers["x-request-id"], undefined, target.name);
      await target.close();
    }
    await issuer.close();
  });
});

describe("behind the local gateway, a compressed file of the docs pages", () => {
  let issuer: TestIssuer;
  let started: readonly Target[] = [];
  before(async () => {
    issuer = await startTestIssuer();
    started = await Promise.all(targets.map((start) => start({ api: fixtureApi, issuer })));
  });
  after(async () => {
    for (const target of started) await target.close();
    await issuer.close();
  });

  it("arrives unchanged", async () => {
    for (const target of started) {
      const file = (coding: string) =>
        target.request({
          method: "GET",
          path: "/v1/docs/swagger-ui-bundle.js",
          headers: { "accept-encoding": coding },
        });
      const plain = await file("identity");
      assert.ok(plain.body.length > 1_000_000, target.name);
      for (const coding of ["br", "gzip"]) {
        const answer = await file(coding);
        assert.equal(answer.headers["content-encoding"], coding, target.name);
        assert.ok(answer.body.equals(plain.body), target.name);
      }
    }
  });
});
