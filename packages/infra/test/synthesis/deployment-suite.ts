// Tests the deployment suite on deployments that must pass and one that must fail.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, it } from "node:test";
import { deploymentSuite } from "@lambda-express-api/infra/testing";
import type { Graph, Inputs } from "../../src/testing/graph.ts";
import { api } from "../fixtures/api/src/api.ts";

describe("the deployment suite passes", { concurrency: true }, () => {
  describe("with a table, a queue, cron jobs and other APIs beside the API", () => {
    deploymentSuite({ api, config: "packages/infra/test/configs/owners-resources.ts" });
  });

  describe("with the endpoints split between two gateways", () => {
    deploymentSuite({
      api,
      config: "packages/infra/examples/two-apis/sst.config.ts",
      environment: { JWT_AUTHORIZED_AUDIENCES: "my-project" },
      apis: ["Admin", "Express"],
    });
  });

  describe("with the resources of infra.ts, and jobs", () => {
    deploymentSuite({ api, config: "packages/infra/test/configs/owners-infra.ts" });
  });

  describe("with endpoints switched off", () => {
    deploymentSuite({
      api,
      config: "packages/infra/test/configs/default.ts",
      environment: { AUTH_ENDPOINTS: "off", DOCS: "off" },
    });
  });
});

describe("the deployment suite fails", () => {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const { status, stdout } = spawnSync(
    process.execPath,
    ["--test-reporter=tap", join(import.meta.dirname, "../fixtures/open-doors.suite.ts")],
    { encoding: "utf8", env: { PATH, NODE_COMPILE_CACHE } },
  );

  it("with a failing exit code", () => {
    assert.equal(status, 1);
    assert.match(stdout, /^# fail 5$/m);
  });

  for (const [fault, sentence] of [
    [
      "for a route without its authorizer",
      "GET /v1/me is for USERS or ADMINS, but its route has the authorization NONE",
    ],
    ["for an endpoint without a route", "GET /v1/health has 0 routes at the gateway instead of one"],
    ["for a route without an endpoint", "GET /v1/extra is a route at the gateway without an endpoint"],
    ["for a URL of the function", "Url is a URL of open-dev-Api without an authorizer"],
    ["for a permission that is not on the alias", "open-dev-Api is invoked without its alias latest: events"],
    [
      "for a stream that invokes the function without its alias",
      "open-dev-Api is invoked without its alias latest: Stream",
    ],
    [
      "for a queue that shows a message again while its job may work on it",
      "HastyQueue shows a message again after 10 s, but open-dev-SendMails-",
    ],
    ["for a right that is not listed", "sqs:ReceiveMessage on HastyQueue'"],
    ["for a secret in clear text", "CATALOGUE_KEY is secret, but is in clear text in ApiHandlerFunction"],
  ] as const)
    it(fault, () => assert.ok(stdout.includes(sentence), stdout));
});

it("accepts a route without an authorizer for an API key endpoint, because the function checks the key", async () => {
  const { routeFaults } = await import("../../src/testing/deployment-faults.ts");
  const route = {
    operationId: "count",
    method: "PUT",
    path: "/v1/stock",
    summary: "",
    responses: () => ({}),
    access: { type: "apiKey", scopes: ["stock:write"] },
    handler: async () => ({ status: 204 }),
  } as const;
  const faultsOf = (inputs: Inputs) => {
    const type = "aws:apigatewayv2/route:Route";
    const resource = { type, inputs: { apiId: "Http", routeKey: "PUT /v1/stock", ...inputs } };
    const graph = { resources: [resource], outputs: {}, hints: {} } as unknown as Graph;
    const jwtAuthorizer = { issuer: "https://issuer.example.com", audiences: ["shop"] };
    return routeFaults(graph, [{ name: "Api", apiId: "Http", functionName: "api" }], [route], {
      jwtAuthorizer,
    });
  };
  assert.deepEqual(faultsOf({}), []);
  assert.equal(faultsOf({ authorizationType: "AWS_IAM" }).length, 1);
});
