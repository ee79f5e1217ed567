// Runs the real `sst` with stand-ins for AWS and for the engine.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { runSst, type SstRun } from "@lambda-express-api/infra/test/cli/run-sst.ts";
import { may } from "@lambda-express-api/infra/testing/may.ts";
import { deployPermissions } from "../src/deploy-permissions.ts";

describe("sst deploy of the pipelines' program", () => {
  let run: SstRun;
  before(async () => {
    run = await runSst({
      config: "packages/delivery/examples/pipeline/sst.config.ts",
      args: ["deploy", "--stage", "shared"],
      environment: {},
    });
  });
  after(() => run.remove());

  it("completes and prints each pipeline's name", () => {
    assert.equal(run.exitCode, 0, run.output);
    assert.match(
      run.output,
      /Staging: https:\/\/eu-west-1\.console\.aws\.amazon\.com\/codesuite\/codepipeline\//,
    );
    assert.match(run.output, /Production: https:\/\/eu-west-1\.console\.aws\.amazon\.com\/codesuite\//);
    assert.deepEqual(run.unanswered, []);
  });

  it("makes only calls that a pipeline's role allows", () => {
    const statements = deployPermissions({
      partition: "aws",
      region: "eu-west-1",
      accountId: "123456789012",
      appName: "lambda-express-api-pipelines",
      stage: "shared",
      stateBucket: "sst-state",
      assetBucket: "sst-asset",
      permissionsBoundaryArn: "arn:aws:iam::123456789012:policy/boundary",
    }).map((statement) => ({ effect: "Allow", conditions: {}, ...statement }));
    const arnOf = { s3: "arn:aws:s3:::", ssm: "arn:aws:ssm:eu-west-1:123456789012:" };
    assert.ok(run.asked.length > 10);
    for (const { action, resource } of run.asked) {
      const request = { action, resource: arnOf[action.split(":")[0] as "s3" | "ssm"] + resource };
      assert.ok(may(statements, request), `${action} on ${resource}`);
    }
  });
});
