// Tests rollbacks with a stand-in for AWS.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Stage, startStage } from "./release-world.ts";
import { createSmallRunner, type PackageRunner } from "./run-package.ts";
import { smallApi } from "./small-api.ts";

describe("a rollback (stand-in for AWS)", () => {
  let runner: PackageRunner;
  before(() => {
    runner = createSmallRunner();
  });
  after(() => runner.close());

  /** Versions 2, 3 and 4 were released in order; callers get 4. */
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

  it("gives all callers their previous version, prints each step, and says how to undo it", () =>
    withReleases(async ({ rollback, aws }) => {
      const { lines, failure } = await rollback();
      assert.equal(failure, undefined);
      assert.deepEqual(lines, [
        "look     all traffic goes to version 4",
        "choose   version 3",
        "check    version 3 was released before",
        "Deployment d-4 shifts traffic from version 4 to version 3. CodeDeploy continues even if this command stops. To roll back: npm run rollback -- --stage test",
        "shift    all traffic goes to version 3",
        "Version 3 receives all traffic, 5 s after the rollback started.",
        "To undo this: npm run rollback -- --stage test --to 4",
      ]);
      await rollback();
      assert.equal(aws.alias.version, "2");
      // The placeholder.
      assert.match((await rollback()).failure ?? "", /Version 1 failed its check: .* returned 503/);
      assert.equal((await rollback({ to: "4" })).failure, undefined);
      assert.equal(aws.alias.version, "4");
    }));

  it("after a rollback and a new release skips the version that was rolled back", () =>
    withReleases(async ({ release, rollback, aws }) => {
      await rollback();
      await release(smallApi("five"));
      assert.equal(aws.alias.version, "5");
      await rollback();
      assert.equal(aws.alias.version, "3");
    }));

  it("moves all callers at once, despite alarms", () =>
    withReleases(async ({ rollback, aws }) => {
      aws.setAlarm(true);
      assert.equal((await rollback()).failure, undefined);
      assert.equal(aws.alias.version, "3");
      assert.equal(aws.deployments.at(-1)?.deploymentConfigName, "CodeDeployDefault.LambdaAllAtOnce");
    }));

  it("is refused to a version that fails its check", () =>
    withReleases(async ({ release, rollback, aws }) => {
      const open = { "bundle.mjs": "export const handler = async () => ({ statusCode: 200 });\n" };
      assert.match((await release(open)).failure ?? "", /Version 5 failed its check/);
      assert.match(
        (await rollback({ to: "5" })).failure ?? "",
        /^The step "check" failed: Version 5 failed its check: GET \S+ without a token returned 200 instead of 401/,
      );
      assert.equal(aws.alias.version, "4");
    }));

  it("asks for a version if no release of the current one is known", async () => {
    const stage = await startStage(runner, { isReleased: false });
    try {
      assert.match(
        (await stage.rollback()).failure ?? "",
        /Cannot find a release of version 2, so the previous version is unknown; choose a version, for example --to 1\./,
      );
    } finally {
      await stage.close();
    }
  });

  it("is refused to a deleted version", () =>
    withReleases(async ({ rollback, aws }) => {
      aws.deleteVersion("3");
      assert.match(
        (await rollback()).failure ?? "",
        /fixture-api-test-Api:3 no longer exists; choose another version/,
      );
      assert.equal(aws.alias.version, "4");
    }));

  it("changes nothing if callers already have the version", () =>
    withReleases(async ({ rollback, aws }) => {
      const before = aws.deployments.length;
      const { lines } = await rollback({ to: "4" });
      assert.match(lines.join("\n"), /all traffic already goes to version 4/);
      assert.equal(aws.deployments.length, before);
    }));

  /** Begins a release with a canary, and ends the command while callers are split between versions 4 and 5. */
  function beginCanary({ aws, release }: Stage): Promise<void> {
    const killed = new AbortController();
    return new Promise((resolve) => {
      const onTime = () => {
        if (Object.keys(aws.alias.weights).length === 0) return;
        killed.abort();
        resolve();
      };
      const trafficShift = "Canary10Percent5Minutes";
      void release(smallApi("five"), { trafficShift, killed: killed.signal, onTime });
    });
  }

  /** Begins a rollback, and ends the command as soon as its deployment exists. */
  function beginRollback({ aws, rollback }: Stage): Promise<void> {
    const killed = new AbortController();
    const before = aws.deployments.length;
    return new Promise((resolve) => {
      aws.onCall(async () => {
        if (aws.deployments.length === before) return;
        aws.onCall(async () => {});
        killed.abort();
        resolve();
      });
      void rollback({ killed: killed.signal });
    });
  }

  /** AWS's own rollback fails after the next command's first look, and all all traffic goes to version 5. */
  function failOwnRollback({ aws }: Stage): void {
    let looks = Number.NEGATIVE_INFINITY;
    aws.onCall(async (index) => {
      const action = aws.calls[index]?.action;
      if (action === "codedeploy:GetDeploymentGroup") looks = 0;
      if (action === "codedeploy:GetDeployment") looks += 1;
      const latest = aws.deployments.at(-1);
      if (looks !== 2 || latest?.creator !== "codeDeployRollback" || latest.status !== "Created") return;
      latest.status = "Failed";
      latest.errorInformation = { code: "INTERNAL_ERROR", message: "CodeDeploy failed." };
      aws.moveAlias({ version: "5", weights: {} });
    });
  }

  it("stops a running shift, and goes no further", () =>
    withReleases(async (stage) => {
      const { aws } = stage;
      await beginCanary(stage);
      const { lines, failure } = await stage.rollback();
      assert.equal(failure, undefined);
      assert.deepEqual(lines, [
        "look     traffic is split: version 5 gets 10%, version 4 the rest",
        "stop     deployment d-4 was rolled back",
        "choose   version 4",
        "Version 4 receives all traffic, 5 s after the rollback started.",
      ]);
      assert.deepEqual([aws.alias.version, aws.alias.weights], ["4", {}]);
    }));

  it("moves callers itself if AWS does not bring them back from a shift that it stopped", () =>
    withReleases(async (stage) => {
      await beginCanary(stage);
      failOwnRollback(stage);
      const { lines, failure } = await stage.rollback();
      assert.equal(failure, undefined);
      assert.ok(lines.includes("shift    all traffic goes to version 4"), lines.join("\n"));
      assert.equal(stage.aws.alias.version, "4");
    }));

  it("waits for another rollback, and goes no further", () =>
    withReleases(async (stage) => {
      await beginRollback(stage);
      const { lines, failure } = await stage.rollback();
      assert.equal(failure, undefined);
      assert.deepEqual(lines, [
        "look     all traffic goes to version 4",
        "stop     deployment d-4 shifted traffic back",
        "choose   version 3",
        "Version 3 receives all traffic, 5 s after the rollback started.",
      ]);
    }));

  it("moves callers itself if the other rollback fails", () =>
    withReleases(async (stage) => {
      await beginRollback(stage);
      // CodeDeploy refuses a deployment from another version than the alias has.
      stage.aws.moveAlias({ version: "2" });
      const { lines, failure } = await stage.rollback();
      assert.equal(failure, undefined);
      assert.deepEqual(lines.slice(0, 4), [
        "look     all traffic goes to version 2",
        "stop     deployment d-4 failed, The alias is not at the current version",
        "choose   version 3",
        "check    version 3 was released before",
      ]);
      assert.equal(stage.aws.alias.version, "3");
    }));

  it("fails and asks for a version if a rollback by AWS fails, because its target is unknown", () =>
    withReleases(async (stage) => {
      await beginCanary(stage);
      stage.aws.setAlarm(true);
      await stage.aws.advance();
      stage.aws.setAlarm(false);
      failOwnRollback(stage);
      assert.equal(
        (await stage.rollback()).failure,
        'The step "stop" failed: CodeDeploy started deployment d-5 to shift traffic back, but it failed (CodeDeploy failed). Now all traffic goes to version 5; choose the version with --to.',
      );
      assert.equal((await stage.rollback({ to: "4" })).failure, undefined);
      assert.equal(stage.aws.alias.version, "4");
    }));

  it("says how to move callers to one version if they are split without a running shift", () =>
    withReleases(async ({ rollback, aws }) => {
      aws.moveAlias({ weights: { 3: 0.5 } });
      assert.match(
        (await rollback()).failure ?? "",
        /aws lambda update-alias --function-name fixture-api-test-Api --name latest --function-version 4 --routing-config AdditionalVersionWeights=\{\}$/,
      );
    }));

  it("ends with a message if another one interrupts it, and callers get one version", () =>
    withReleases(async ({ rollback, aws }) => {
      let other: string | undefined;
      aws.onCall(async (index) => {
        if (aws.calls[index]?.action !== "codedeploy:CreateDeployment") return;
        aws.onCall(async () => {});
        other = (await rollback({ to: "2" })).failure;
      });
      assert.match(
        (await rollback()).failure ?? "",
        /^The step "shift" failed: CodeDeploy did not shift traffic/,
      );
      assert.equal(other, undefined);
      assert.deepEqual([aws.alias.version, aws.alias.weights], ["2", {}]);
    }));

  for (const fault of ["throttled", "error 500", "connection reset", "answer lost"] as const) {
    it(`succeeds if every call first meets this fault: ${fault}`, () =>
      withReleases(async ({ rollback, aws }) => {
        const first = aws.calls.length;
        aws.failAt(...[0, 2, 4].map((call) => ({ call: first + call, fault })));
        assert.equal((await rollback()).failure, undefined);
        assert.ok(aws.calls.length >= first + 6);
        assert.deepEqual([aws.alias.version, aws.alias.weights], ["3", {}]);
      }));
  }

  it("names a missing right, and does not move callers", async () => {
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
        assert.match(failure, /^The step "\w+" failed: /);
        assert.ok(failure.includes(`You do not have permission to call ${action} on `), failure);
        assert.equal(aws.alias.version, "4");
      });
    }
  });
});
