// The same callers and the same answers when the Lambda handler stands behind the local gateway: the suites of the
// API, with the gateway as the fourth way to run it, under the stage and under a mapping key, in both variants of what
// a custom domain does to the path.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { describeAccessMatrix } from "@lambda-express-api/api/test/support/describe-access-matrix.ts";
import { describeParity } from "@lambda-express-api/api/test/support/describe-parity.ts";
import { probeCases, productCases } from "@lambda-express-api/api/test/support/parity-cases.ts";
import { probeRoutes } from "@lambda-express-api/api/test/support/probe-routes.ts";
import { startTestIssuer, type TestIssuer } from "@lambda-express-api/api/test/support/test-issuer.ts";
import { appWay, type Way } from "@lambda-express-api/api/test/support/ways.ts";
import { gatewayWay } from "./gateway-way.ts";

describe("behind the local gateway", () => {
  let issuer: TestIssuer;
  const ways: Way[] = [];
  const probeWays: Way[] = [];
  before(async () => {
    issuer = await startTestIssuer();
    const environment = {
      FIREBASE_IDENTITY_TOOLKIT_URL: "http://127.0.0.1:1",
      FIREBASE_SECURE_TOKEN_URL: "http://127.0.0.1:1",
    };
    const through = "mapping key";
    const switches = { stageInCustomDomainPath: "removed" } as const;
    ways.push(
      appWay({ issuer, environment }),
      await gatewayWay({ issuer, environment, through }),
      await gatewayWay({ issuer, environment, through, switches }),
      await gatewayWay({ issuer, environment, through: "stage" }),
    );
    const routes = probeRoutes;
    probeWays.push(
      appWay({ issuer, routes }),
      await gatewayWay({ issuer, routes, through }),
      await gatewayWay({ issuer, routes, through, switches }),
      await gatewayWay({ issuer, routes, through: "stage" }),
    );
  });
  after(async () => {
    for (const way of [...ways, ...probeWays]) await way.close();
    await issuer.close();
  });

  describeParity("parity of this API's endpoints", productCases, () => ({ issuer, ways }));
  describeParity("parity of probe endpoints", probeCases, () => ({ issuer, ways: probeWays }));
  it("a compressed file of the docs pages arrives as it was sent", async () => {
    for (const way of ways) {
      const get = (coding: string) =>
        way.send({
          method: "GET",
          path: "/v1/docs/swagger-ui-bundle.js",
          headers: { "accept-encoding": coding },
        });
      const plain = await get("identity");
      assert.ok(plain.body.length > 1_000_000, way.name);
      for (const coding of ["br", "gzip"]) {
        const answer = await get(coding);
        assert.equal(answer.headers["content-encoding"], coding, way.name);
        assert.ok(answer.body.equals(plain.body), way.name);
      }
    }
  });
  describe("access matrix", () => describeAccessMatrix(() => ({ issuer, ways })));
});
