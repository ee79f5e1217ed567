// Rollbacks at a stand-in for AWS.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Stage, startStage } from "./release-world.ts";
import { createPackageRunner, type PackageRunner } from "./run-package.ts";
import { smallApi } from "./small-api.ts";

describe("a rollback, at a stand-in for AWS", () => {
  let runner: PackageRunner;
  before(() => {
    runner = createPackageRunner();
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
        "move     all callers get version 3",
        "Version 3 is live for all callers, 0 s after the start.",
        "To undo this: npm run rollback -- --stage test --to 4",
      ]);
      await rollback();
      assert.equal(aws.alias.version, "2");
      assert.match((await rollback()).failure ?? "", /There is no release before version 2 to go back to/);
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

  for (const [title, to, sentence] of [
    [
      "that has never passed a check",
      "1",
      /No release has checked version 1; choose one of 4, 3, 2, e\.g\. --to 4\./,
    ],
    ["that is not there", "77", /No release has checked version 77/],
  ] as const) {
    it(`to a version ${title} is refused`, () =>
      withReleases(async ({ rollback, aws }) => {
        assert.match((await rollback({ to })).failure ?? "", sentence);
        assert.equal(aws.alias.version, "4");
      }));
  }

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
      const before = aws.alias.revisionId;
      const { lines } = await rollback({ to: "4" });
      assert.match(lines.join("\n"), /All callers are on version 4 already/);
      assert.equal(aws.alias.revisionId, before);
    }));

  it("ends a canary, whoever began it, and goes no further", () =>
    withReleases(async ({ rollback, aws }) => {
      aws.moveAlias({ weights: { 3: 0.5 } });
      const { lines, failure } = await rollback();
      assert.equal(failure, undefined, lines.join("\n"));
      assert.deepEqual([aws.alias.version, aws.alias.weights], ["4", {}]);
    }));

  it("that somebody else overtakes moves nothing", () =>
    withReleases(async ({ rollback, aws }) => {
      aws.onCall(async (index) => {
        if (aws.calls[index]?.action === "lambda:UpdateAlias") aws.moveAlias({ version: "2" });
      });
      assert.match(
        (await rollback()).failure ?? "",
        /^It stopped at "move": Somebody else moved the alias latest/,
      );
      assert.equal(aws.alias.version, "2");
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
      "lambda:GetFunctionConfiguration",
      "lambda:UpdateAlias",
    ].entries()) {
      await withReleases(async ({ rollback, aws }) => {
        aws.failAt({ call: aws.calls.length + call, fault: "access denied" });
        const { failure = "" } = await rollback();
        assert.ok(failure.includes(`You may not do ${action} on `), failure);
        assert.equal(aws.alias.version, "4");
      });
    }
  });
});
