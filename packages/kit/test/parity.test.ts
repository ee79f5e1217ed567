/** The same answer in both runtimes: one list of requests, sent to each target of the fixture. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import serverlessHttp from "serverless-http";
import { paritySuite } from "../src/testing/parity-suite.ts";
import {
  appTarget,
  handlerTarget,
  handlerTargetWith,
  processTarget,
  serverTarget,
} from "../src/testing/targets.ts";
import { noIssuer } from "../src/testing/test-environment.ts";
import { apiOf, fixtureApi } from "./fixtures/api.ts";
import { fixtureCases, probeCases } from "./support/parity-cases.ts";
import { probeRoutes } from "./support/probe-routes.ts";
import { serverlessHttpDifferences } from "./support/serverless-http-differences.ts";

const customDomainTarget = handlerTargetWith({
  event: { domainName: "api.example.com", stage: "$default" },
});
const serverlessHttpTarget = handlerTargetWith({
  name: "serverless-http",
  adapter: serverlessHttp,
  differences: serverlessHttpDifferences,
});
const targets = [appTarget, handlerTarget, customDomainTarget, serverlessHttpTarget, serverTarget];
const container = fileURLToPath(new URL("fixtures/container.ts", import.meta.url));

paritySuite(fixtureApi, [...targets, processTarget(container)], fixtureCases, {
  environment: {
    FIREBASE_IDENTITY_TOOLKIT_URL: "http://127.0.0.1:1",
    FIREBASE_SECURE_TOKEN_URL: "http://127.0.0.1:1",
  },
});
paritySuite(apiOf(probeRoutes), targets, probeCases);

for (const start of [
  appTarget,
  handlerTargetWith({ event: { domainName: "api.example.com" } }),
  handlerTargetWith({
    event: { domainName: "api.example.com" },
    adapter: serverlessHttp,
    name: "serverless-http",
  }),
]) {
  const environment = { AWS_API_GW_MAPPING_KEY: "express" };
  const target = await start({ api: fixtureApi, issuer: noIssuer, environment });

  it(`behind a mapping key, links and the document's server start with it: ${target.name}`, async (t) => {
    t.after(target.close);
    const answer = await target.request({ method: "GET", path: "/v1/openapi.json" });
    const document = JSON.parse(answer.body.toString());
    assert.deepEqual(document.servers, [{ url: "/express" }]);
    const { password } = document.components.securitySchemes.oauth2.flows;
    assert.equal(password.tokenUrl, "/express/v1/auth/token");
    const root = JSON.parse((await target.request({ method: "GET", path: "/v1/" })).body.toString());
    assert.equal(root.links.health, "/express/v1/health");
  });
}
