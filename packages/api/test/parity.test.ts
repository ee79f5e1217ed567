/** The same answer in both runtimes: one list of requests, sent every way the API can run. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { describeParity } from "./support/describe-parity.ts";
import { probeCases, productCases } from "./support/parity-cases.ts";
import { probeRoutes } from "./support/probe-routes.ts";
import { startTestIssuer, type TestIssuer } from "./support/test-issuer.ts";
import { appWay, lambdaWay, processWay, serverlessHttpWay, type Way } from "./support/ways.ts";

describe("parity", () => {
  let issuer: TestIssuer;
  const ways: Way[] = [];
  const probeWays: Way[] = [];

  before(async () => {
    issuer = await startTestIssuer();
    const environment = {
      FIREBASE_IDENTITY_TOOLKIT_URL: "http://127.0.0.1:1",
      FIREBASE_SECURE_TOKEN_URL: "http://127.0.0.1:1",
    };
    const customDomain = { domainName: "api.example.com", stage: "$default" };
    ways.push(
      appWay({ issuer, environment }),
      lambdaWay({ issuer, environment }),
      lambdaWay({ issuer, environment }, customDomain),
      serverlessHttpWay({ issuer, environment }),
      await processWay({ issuer, environment }),
    );
    probeWays.push(
      appWay({ issuer, routes: probeRoutes }),
      lambdaWay({ issuer, routes: probeRoutes }),
      lambdaWay({ issuer, routes: probeRoutes }, customDomain),
      serverlessHttpWay({ issuer, routes: probeRoutes }),
    );
  });
  after(async () => {
    for (const way of [...ways, ...probeWays]) await way.close();
    await issuer.close();
  });

  describeParity("this API's endpoints", productCases, () => ({ issuer, ways }));
  describeParity("probe endpoints", probeCases, () => ({ issuer, ways: probeWays }));

  it("behind a mapping key, links and the document's server start with it", async () => {
    const environment = { AWS_API_GW_MAPPING_KEY: "express" };
    for (const way of [
      appWay({ issuer, environment }),
      lambdaWay({ issuer, environment }, { domainName: "api.example.com" }),
      serverlessHttpWay({ issuer, environment }, { domainName: "api.example.com" }),
    ]) {
      const document = JSON.parse(
        (await way.send({ method: "GET", path: "/v1/openapi.json" })).body.toString(),
      );
      assert.deepEqual(document.servers, [{ url: "/express" }], way.name);
      const { password } = document.components.securitySchemes.oauth2.flows;
      assert.equal(password.tokenUrl, "/express/v1/auth/token", way.name);
      const root = JSON.parse((await way.send({ method: "GET", path: "/v1/" })).body.toString());
      assert.equal(root.links.health, "/express/v1/manage/hc", way.name);
      await way.close();
    }
  });
});
