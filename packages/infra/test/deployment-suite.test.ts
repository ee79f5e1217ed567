// The suite that an owner calls, on deployments that it must pass, and on one that it must not.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, it } from "node:test";
import { deploymentSuite } from "@lambda-express-api/infra/testing";
import type { Graph, Inputs } from "../src/testing/graph.ts";
import { api } from "./fixtures/api/src/api.ts";

describe("the deployment suite passes", () => {
  describe("with a table, a queue, cron jobs and other APIs beside the API", () => {
    deploymentSuite({ api, config: "packages/infra/test/configs/owners-resources.ts" });
  });

  describe("with the endpoints shared out among two gateways", () => {
    deploymentSuite({
      api,
      config: "packages/infra/examples/two-apis/sst.config.ts",
      environment: { JWT_AUTHORIZED_AUDIENCES: "my-project" },
      apis: ["Admin", "Express"],
    });
  });

  describe("with what infra.ts makes, and jobs", () => {
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
  const { status, stdout } = spawnSync(
    process.execPath,
    ["--test", "--test-reporter=tap", join(import.meta.dirname, "fixtures/open-doors.suite.ts")],
    { encoding: "utf8", env: { PATH: process.env.PATH } },
  );

  it("as a whole", () => {
    assert.equal(status, 1);
    assert.match(stdout, /^# fail 5$/m);
  });

  for (const [fault, sentence] of [
    [
      "for a route without its authorizer",
      "GET /v1/me is for USERS or ADMINS, and its route has the authorization NONE",
    ],
    ["for an endpoint without a route", "GET /v1/health has 0 routes at the gateway, and must have one"],
    ["for a route without an endpoint", "GET /v1/extra is a route of the gateway, and of no endpoint"],
    ["for a URL of the function", "Url is a URL of open-dev-Api, which has no authorizer before it"],
    [
      "for a permission that is not on the alias",
      "open-dev-Api is invoked, and not through its alias latest: events",
    ],
    [
      "for a stream that is not read by the alias",
      "open-dev-Api is invoked, and not through its alias latest: Stream",
    ],
    [
      "for a queue that shows a message again while its job may work on it",
      "HastyQueue shows a message again after 10 s, and open-dev-SendMails-",
    ],
    ["for a right that is not listed", "sqs:ReceiveMessage on HastyQueue'"],
    ["for a secret in clear text", "CATALOGUE_KEY is secret, and in clear text in ApiHandlerFunction"],
  ] as const)
    it(fault, () => assert.ok(stdout.includes(sentence), stdout));
});

it("a route of an endpoint for machines has no authorizer: the function looks at the key", async () => {
  const { routeFaults } = await import("../src/testing/deployment-faults.ts");
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
