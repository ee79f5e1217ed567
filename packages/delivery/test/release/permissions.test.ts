// The rights that a release needs, enforced by a stand-in for AWS.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { releasePermissions } from "../../src/release/permissions.ts";
import { permissions, type Stage, type StageOptions, startStage } from "./release-world.ts";
import { createPackageRunner, type PackageRunner } from "./run-package.ts";
import { smallApi } from "./small-api.ts";
import { BUCKET_ARN, FUNCTION_ARN } from "./stand-in-aws.ts";

const CANARY = { percent: 10, minutes: 1 };

describe("the rights of whoever releases, at a stand-in for AWS", () => {
  let runner: PackageRunner;
  before(() => {
    runner = createPackageRunner();
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

  async function walk({ release, rollback }: Stage): Promise<(string | undefined)[]> {
    const failures: (string | undefined)[] = [];
    for (const run of [
      () => release(smallApi("two"), { canary: CANARY }),
      () => release(smallApi("three")),
      () => rollback(),
      () => release(smallApi("three"), { dryRun: true }),
    ])
      failures.push((await run()).failure);
    return failures;
  }

  it("are enough for every call, and every one of them is used", () =>
    withStage(async (stage) => {
      assert.deepEqual(await walk(stage), [undefined, undefined, undefined, undefined]);
      const used = new Set(stage.aws.calls.map(({ action }) => action));
      assert.deepEqual([...used].sort(), permissions.flatMap(({ actions }) => actions).sort());
    }));

  for (const action of permissions.flatMap(({ actions }) => actions)) {
    const others = permissions.map(({ actions, resources }) => ({
      actions: actions.filter((other) => other !== action),
      resources,
    }));
    it(`without ${action} nothing moves, and the sentence names it`, () =>
      withStage(
        async ({ release, aws }) => {
          const { failure = "" } = await release(smallApi("two"), { canary: CANARY });
          assert.ok(failure.includes(`You may not do ${action} on `), failure);
          if (action !== "lambda:GetAlias") assert.match(failure, /\nCallers are on version 2\.$/);
          // Not even for a moment, also where only the metric cannot be seen.
          const moves = aws.calls.filter((call) => call.action === "lambda:UpdateAlias");
          assert.equal(moves.length, action === "lambda:UpdateAlias" ? 1 : 0);
          assert.deepEqual([aws.alias.version, aws.alias.weights], ["2", {}]);
        },
        { permissions: others },
      ));
  }

  it("reach no other function, no other folder of the bucket, and nothing that cannot be named but metrics", () => {
    const resources = releasePermissions({ functionArn: FUNCTION_ARN, bucketArn: BUCKET_ARN }).flatMap(
      ({ actions, resources }) =>
        actions.every((action) => action.startsWith("cloudwatch:")) ? [] : resources,
    );
    assert.deepEqual(resources, [FUNCTION_ARN, `${FUNCTION_ARN}:*`, `${BUCKET_ARN}/fixture-api-test-Api/*`]);
  });
});
