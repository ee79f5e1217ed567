// Tests the rights for a release, which a stand-in for AWS enforces.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { releasePermissions } from "../../src/release/permissions.ts";
import { permissions, type Stage, type StageOptions, startStage } from "./release-world.ts";
import { createSmallRunner, type PackageRunner } from "./run-package.ts";
import { smallApi } from "./small-api.ts";
import { BUCKET_ARN, FUNCTION_ARN } from "./stand-in-aws.ts";

const CANARY = "Canary10Percent5Minutes";

describe("the rights for a release (stand-in for AWS)", () => {
  let runner: PackageRunner;
  before(() => {
    runner = createSmallRunner();
  });
  after(() => runner.close());

  async function withStage(run: (stage: Stage) => Promise<void>, options?: StageOptions): Promise<void> {
    const stage = await startStage(runner, options);
    try {
      await run(stage);
    } finally {
      await stage.close();
    }
  }

  /** Makes every call of the commands: a release that is rolled back while it runs, another release, and its rollback. */
  async function walk(stage: Stage): Promise<string> {
    const sentences: (string | undefined)[] = [];
    let isTakenBack = false;
    const takeBack = async () => {
      if (isTakenBack || !("3" in stage.aws.alias.weights)) return;
      isTakenBack = true;
      sentences.push((await stage.rollback()).failure);
    };
    sentences.push(
      (await stage.release(smallApi("two"), { trafficShift: CANARY, onTime: takeBack })).failure,
    );
    await stage.settle();
    sentences.push((await stage.release(smallApi("three"))).failure);
    await stage.settle();
    sentences.push((await stage.rollback()).failure);
    sentences.push((await stage.release(smallApi("three"), { dryRun: true })).failure);
    return sentences.filter((sentence) => sentence !== undefined).join("\n");
  }

  it("are enough for every call, and all of them are used", () =>
    withStage(async (stage) => {
      assert.match(
        await walk(stage),
        /^The step "shift" failed: [^\n]* stopped by a user\.\nAll traffic goes to version 2\.$/,
      );
      const used = new Set([...stage.aws.calls, ...stage.aws.alsoAsked].map(({ action }) => action));
      assert.deepEqual([...used].sort(), permissions.flatMap(({ actions }) => actions).sort());
    }));

  for (const action of permissions.flatMap(({ actions }) => actions)) {
    const others = permissions.map(({ actions, resources }) => ({
      actions: actions.filter((other) => other !== action),
      resources,
    }));
    it(`without ${action} stop a command with a message that names it, and leave callers on one version`, () =>
      withStage(
        async (stage) => {
          const sentences = await walk(stage);
          assert.ok(sentences.includes(`You do not have permission to call ${action} on `), sentences);
          await stage.settle();
          assert.deepEqual(stage.aws.alias.weights, {});
        },
        { permissions: others },
      ));
  }

  it("allow no alias update, no other function or folder of the bucket, and for other deployment groups only a stop", () => {
    const statements = releasePermissions({ functionArn: FUNCTION_ARN, bucketArn: BUCKET_ARN });
    assert.ok(!statements.some(({ actions }) => actions.includes("lambda:UpdateAlias")));
    const codeDeploy = "arn:aws:codedeploy:eu-west-1:123456789012";
    assert.deepEqual(
      statements
        .filter(({ actions }) => !actions.includes("codedeploy:StopDeployment"))
        .flatMap(({ resources }) => resources),
      [
        FUNCTION_ARN,
        `${FUNCTION_ARN}:*`,
        `${BUCKET_ARN}/fixture-api-test-Api/*`,
        `${codeDeploy}:deploymentgroup:fixture-api-test-Api/latest`,
        `${codeDeploy}:application:fixture-api-test-Api`,
        `${codeDeploy}:deploymentconfig:CodeDeployDefault.Lambda*`,
      ],
    );
  });
});
