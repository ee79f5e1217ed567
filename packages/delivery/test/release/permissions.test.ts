// The rights that a release needs, enforced by a stand-in for AWS.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { releasePermissions } from "../../src/release/permissions.ts";
import { permissions, type Stage, type StageOptions, startStage } from "./release-world.ts";
import { createSmallRunner, type PackageRunner } from "./run-package.ts";
import { smallApi } from "./small-api.ts";
import { BUCKET_ARN, FUNCTION_ARN } from "./stand-in-aws.ts";

const CANARY = "Canary10Percent5Minutes";

describe("the rights that a release needs, at a stand-in for AWS", () => {
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

  /** All that the commands ask: a release that is taken back while it runs, another one, and its rollback. */
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

  it("are enough for every call, and every one of them is used", () =>
    withStage(async (stage) => {
      assert.match(
        await walk(stage),
        /^It stopped at "shift": [^\n]* stopped by a user\.\nCallers are on version 2\.$/,
      );
      const used = new Set([...stage.aws.calls, ...stage.aws.alsoAsked].map(({ action }) => action));
      assert.deepEqual([...used].sort(), permissions.flatMap(({ actions }) => actions).sort());
    }));

  for (const action of permissions.flatMap(({ actions }) => actions)) {
    const others = permissions.map(({ actions, resources }) => ({
      actions: actions.filter((other) => other !== action),
      resources,
    }));
    it(`without ${action} stop a command with a sentence that names it, and leave callers on one version`, () =>
      withStage(
        async (stage) => {
          const sentences = await walk(stage);
          assert.ok(sentences.includes(`You may not do ${action} on `), sentences);
          await stage.settle();
          assert.deepEqual(stage.aws.alias.weights, {});
        },
        { permissions: others },
      ));
  }

  it("move no alias, and reach no other function, no other folder of the bucket and no other deployment group, but to stop a deployment", () => {
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
