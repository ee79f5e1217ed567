// Rollbacks at a stand-in for AWS.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Stage, startStage } from "./release-world.ts";
import { createSmallRunner, type PackageRunner } from "./run-package.ts";
import { smallApi } from "./small-api.ts";

describe("a rollback, at a stand-in for AWS", () => {
  let runner: PackageRunner;
  before(() => {
    runner = createSmallRunner();
  });
  after(() => runner.close());

  /** Versions 2, 3 and 4 were released one after another; 4 is what callers have. */
  async function withReleases(run: (stage: Stage) => Promise<void>): Promise<void> {
    const stage = await startStage(runner);
    try {
      for (const name of ["three", "four"])
        assert.equal((await stage.release(smallApi(name))).failure, undefined);
      await run(stage);
    } finally {
      await stage.close();
    }
  }

  it("gives all callers what they had before, step by step, and says how to undo it", () =>
    withReleases(async ({ rollback, aws }) => {
      const { lines, failure } = await rollback();
      assert.equal(failure, undefined);
      assert.deepEqual(lines, [
        "look     callers are on version 4",
        "choose   version 3",
        "check    version 3 was released before",
        "Deployment d-4 moves callers from version 4 to 3. AWS goes on with it when this command ends; to take it back: npm run rollback -- --stage test",
        "shift    all callers get version 3",
        "Version 3 is live for all callers, 5 s after the start.",
        "To undo this: npm run rollback -- --stage test --to 4",
      ]);
      await rollback();
      assert.equal(aws.alias.version, "2");
      // The placeholder.
      assert.match((await rollback()).failure ?? "", /Version 1 is not fit for callers: .* answered 503/);
      assert.equal((await rollback({ to: "4" })).failure, undefined);
      assert.equal(aws.alias.version, "4");
    }));

  it("after a rollback and a new release goes back to what callers had, and not to what was taken back", () =>
    withReleases(async ({ release, rollback, aws }) => {
      await rollback();
      await release(smallApi("five"));
      assert.equal(aws.alias.version, "5");
      await rollback();
      assert.equal(aws.alias.version, "3");
    }));

  it("moves callers whatever the alarms say, all at once", () =>
    withReleases(async ({ rollback, aws }) => {
      aws.setAlarm(true);
      assert.equal((await rollback()).failure, undefined);
      assert.equal(aws.alias.version, "3");
      assert.equal(aws.deployments.at(-1)?.deploymentConfigName, "CodeDeployDefault.LambdaAllAtOnce");
    }));

  it("to a version that never passed a check is refused", () =>
    withReleases(async ({ release, rollback, aws }) => {
      const open = { "bundle.mjs": "export const handler = async () => ({ statusCode: 200 });\n" };
      assert.match((await release(open)).failure ?? "", /Version 5 is not fit/);
      assert.match(
        (await rollback({ to: "5" })).failure ?? "",
        /^It stopped at "check": Version 5 is not fit for callers: GET \S+ without a token answered 200 and not 401/,
      );
      assert.equal(aws.alias.version, "4");
    }));

  it("from a version that no release has brought asks which version is meant", async () => {
    const stage = await startStage(runner, { isReleased: false });
    try {
      assert.match(
        (await stage.rollback()).failure ?? "",
        /No release of version 2 is known, and so not what was there before; choose a version, e\.g\. --to 1\./,
      );
    } finally {
      await stage.close();
    }
  });

  it("to a version that was deleted since is refused", () =>
    withReleases(async ({ rollback, aws }) => {
      aws.deleteVersion("3");
      assert.match(
        (await rollback()).failure ?? "",
        /There is no fixture-api-test-Api:3 any more; choose another version/,
      );
      assert.equal(aws.alias.version, "4");
    }));

  it("to where callers are already changes nothing", () =>
    withReleases(async ({ rollback, aws }) => {
      const before = aws.deployments.length;
      const { lines } = await rollback({ to: "4" });
      assert.match(lines.join("\n"), /All callers are on version 4 already/);
      assert.equal(aws.deployments.length, before);
    }));

  it("stops a shift that is running, and goes no further", () =>
    withReleases(async (stage) => {
      const { aws } = stage;
      const killed = new AbortController();
      await new Promise<void>((resolve) => {
        const onTime = () => {
          if (Object.keys(aws.alias.weights).length === 0) return;
          killed.abort();
          resolve();
        };
        const trafficShift = "Canary10Percent5Minutes";
        void stage.release(smallApi("five"), { trafficShift, killed: killed.signal, onTime });
      });
      const { lines, failure } = await stage.rollback();
      assert.equal(failure, undefined);
      assert.deepEqual(lines, [
        "look     callers are divided: version 5 gets 10 %, version 4 the rest",
        "stop     deployment d-4 has been taken back",
        "choose   version 4",
        "Version 4 is live for all callers, 5 s after the start.",
      ]);
      assert.deepEqual([aws.alias.version, aws.alias.weights], ["4", {}]);
    }));

  it("says how to unite callers who are divided while AWS moves none of them", () =>
    withReleases(async ({ rollback, aws }) => {
      aws.moveAlias({ weights: { 3: 0.5 } });
      assert.match(
        (await rollback()).failure ?? "",
        /aws lambda update-alias --function-name fixture-api-test-Api --name latest --function-version 4 --routing-config AdditionalVersionWeights=\{\}$/,
      );
    }));

  it("that meets another one ends with a sentence, and callers are on one version", () =>
    withReleases(async ({ rollback, aws }) => {
      let other: string | undefined;
      aws.onCall(async (index) => {
        if (aws.calls[index]?.action !== "codedeploy:CreateDeployment") return;
        aws.onCall(async () => {});
        other = (await rollback({ to: "2" })).failure;
      });
      assert.match((await rollback()).failure ?? "", /^It stopped at "shift": AWS has not moved callers/);
      assert.equal(other, undefined);
      assert.deepEqual([aws.alias.version, aws.alias.weights], ["2", {}]);
    }));

  for (const fault of ["throttled", "error 500", "connection reset", "answer lost"] as const) {
    it(`succeeds where every call meets this at first: ${fault}`, () =>
      withReleases(async ({ rollback, aws }) => {
        const first = aws.calls.length;
        aws.failAt(...[0, 2, 4].map((call) => ({ call: first + call, fault })));
        assert.equal((await rollback()).failure, undefined);
        assert.ok(aws.calls.length >= first + 6);
        assert.deepEqual([aws.alias.version, aws.alias.weights], ["3", {}]);
      }));
  }

  it("that is refused a right names it, and leaves callers where they are", async () => {
    for (const [call, action] of [
      "lambda:GetAlias",
      "codedeploy:GetDeploymentGroup",
      "codedeploy:GetDeployment",
      "lambda:GetAlias",
      "codedeploy:ListDeployments",
      "codedeploy:BatchGetDeployments",
      "codedeploy:GetDeploymentGroup",
      "lambda:GetFunctionConfiguration",
      "lambda:GetAlias",
      "codedeploy:CreateDeployment",
    ].entries()) {
      await withReleases(async ({ rollback, aws }) => {
        aws.failAt({ call: aws.calls.length + call, fault: "access denied" });
        const { failure = "" } = await rollback();
        assert.match(failure, /^It stopped at "\w+": /);
        assert.ok(failure.includes(`You may not do ${action} on `), failure);
        assert.equal(aws.alias.version, "4");
      });
    }
  });
});
