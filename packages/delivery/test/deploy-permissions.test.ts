// What a deploy role may make beside the API, by the names that SST gives to it.

import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { may } from "@lambda-express-api/infra/testing/may.ts";
import { synthesise } from "@lambda-express-api/infra/testing/synthesise.ts";
import { deployPermissions } from "../src/deploy-permissions.ts";
import { deploymentRequests, type ResourceRequest } from "./deployment-requests.ts";

const rightsOf = (appName: string, stage: string) =>
  deployPermissions({
    partition: "aws",
    region: "eu-west-1",
    accountId: "123456789012",
    appName,
    stage,
    stateBucket: "sst-state",
    assetBucket: "sst-asset",
    permissionsBoundaryArn: "arn:aws:iam::123456789012:policy/boundary",
  }).map((statement) => ({ effect: "Allow", conditions: {}, ...statement }));

describe("the rights to deploy a stage with a table, a queue and cron jobs", () => {
  let requests: readonly ResourceRequest[];
  before(async () => {
    const graph = await synthesise({
      config: "packages/infra/test/configs/owners-resources.ts",
      stage: "dev",
      environment: {
        JWT_ISSUER: "https://securetoken.google.com/my-project",
        JWT_AUTHORIZED_AUDIENCES: "my-project",
        FIREBASE_APP_API_KEY: "AIzaSyExample",
      },
    });
    // Roles and their boundary have tests of their own.
    requests = deploymentRequests(graph).filter(({ action }) => !action.startsWith("iam:"));
    for (const service of ["dynamodb:", "sqs:", "events:", "lambda:CreateEventSourceMapping"])
      assert.ok(
        requests.some(({ action }) => action.startsWith(service)),
        service,
      );
  });

  it("reach all of it", () => {
    const rights = rightsOf("owners", "dev");
    for (const request of requests)
      assert.ok(may(rights, request), `${request.action} on ${request.resource}`);
  });

  it("reach nothing of it that bears the name of another stage", () => {
    const rights = rightsOf("owners", "production");
    for (const request of requests.filter(({ action }) => /^(dynamodb|sqs|events|lambda):/.test(action)))
      assert.ok(!may(rights, request), `${request.action} on ${request.resource}`);
  });
});
