// Every call of a release is made to fail, at a stand-in for AWS: callers are always served, by what was checked.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { unzipSync } from "fflate";
import { type RunOptions, type Stage, smallApi, startStage } from "./release-world.ts";
import { createPackageRunner, type PackageRunner } from "./run-package.ts";
import type { Fault, SeenCall } from "./stand-in-aws.ts";

const CANARY = { percent: 10, minutes: 2 };
const MODES = [
  { mode: "a release to all callers", canary: undefined },
  { mode: "a release by canary", canary: CANARY },
];
const FOR_EVER = 1_000;
/** The SDK waits before it asks again, and while it waits another release can be made to fail. */
const AT_ONCE = 6;

for (const { mode, canary } of MODES) {
  describe(`${mode}, at a stand-in for AWS`, () => {
    let runner: PackageRunner;
    /** Those that can fail, with the place that each has among all. */
    let calls: readonly (readonly [index: number, call: SeenCall])[] = [];
    before(async () => {
      runner = createPackageRunner();
      await withStage(async ({ release, aws }) => {
        assert.equal((await release(smallApi("two"), { canary })).failure, undefined);
        // Until it looks at the metric for the first time, a canary is like any other release.
        const first = aws.calls.findIndex(({ action }) => action === "cloudwatch:GetMetricData");
        calls = [...aws.calls.entries()].slice(Math.max(0, first));
      });
    });
    after(() => runner.close());

    async function withStage(run: (stage: Stage) => Promise<void>): Promise<void> {
      const stage = await startStage(runner);
      try {
        await run(stage);
      } finally {
        await stage.close();
      }
    }

    /** Lets each call of a release meet a fault, one release for each. */
    async function atEachCall(
      fault: Fault,
      times: number | { readonly andThen: Fault },
      judge: (result: {
        readonly call: SeenCall;
        readonly failure: string | undefined;
        readonly stage: Stage;
      }) => Promise<void> | void,
      options: RunOptions = {},
    ): Promise<void> {
      assert.ok(calls.length > 5);
      const one = ([index, call]: readonly [number, SeenCall]) =>
        withStage(async (stage) => {
          if (typeof times === "number") stage.aws.failAt({ call: index, fault, times });
          else stage.aws.failAt({ call: index, fault }, { call: index + 1, fault: times.andThen });
          const { failure } = await stage.release(smallApi("two"), { canary, ...options });
          stage.aws.failAt();
          await judge({ call, failure, stage });
        });
      for (let first = 0; first < calls.length; first += AT_ONCE)
        await Promise.all(calls.slice(first, first + AT_ONCE).map(one));
    }

    /** What a failure has left must not be in the way of the next release. */
    async function assertNextReleaseWorks(stage: Stage): Promise<void> {
      stage.pass(CANARY.minutes + 3);
      const { failure } = await stage.release(smallApi("three"));
      assert.equal(failure, undefined);
      assert.deepEqual(stage.aws.alias.weights, {});
      assert.equal(stage.aws.alias.version, stage.aws.versions().at(-1));
    }

    for (const fault of ["throttled", "error 500", "connection reset", "answer lost"] as const) {
      it(`succeeds where one call meets this: ${fault}`, () =>
        atEachCall(fault, 1, ({ call, failure, stage }) => {
          assert.equal(failure, undefined, `${call.action}: ${failure}`);
          assert.deepEqual([stage.aws.alias.version, stage.aws.alias.weights], ["3", {}]);
        }));
    }

    it("that is refused a right names it and leaves callers on the old version", () =>
      atEachCall("access denied", 1, async ({ call, failure, stage }) => {
        // A package that may not be seen is uploaded.
        if (call.action === "s3:GetObject") return assert.equal(failure, undefined);
        const step = failure?.split("\n")[0] ?? "";
        assert.match(step, /^It stopped at "\w+": You may not do /);
        assert.ok(step.includes(call.action), `${call.action}: ${step}`);
        assert.match(
          failure ?? "",
          call === calls[0]?.[1] && !canary ? /GetAlias/ : /\nCallers are on version 2\.$/,
        );
        assert.deepEqual([stage.aws.alias.version, stage.aws.alias.weights], ["2", {}]);
        await assertNextReleaseWorks(stage);
      }));

    for (const fault of ["error 500", "connection reset", "answer lost"] as const) {
      it(`that meets this from one call on says where it stopped, and the next one works: ${fault}`, () =>
        atEachCall(
          fault,
          FOR_EVER,
          async ({ failure, stage }) => {
            assert.match(failure ?? "", /^It stopped at "\w+": /);
            await assertNextReleaseWorks(stage);
          },
          { maxAttempts: 1 },
        ));
    }

    for (const fault of ["error 500", "connection reset", "answer lost"] as const) {
      it(`that meets two failures in a row leaves all callers on one version, and says which: ${fault}, error 500`, () =>
        atEachCall(
          fault,
          { andThen: "error 500" },
          async ({ call, failure, stage }) => {
            const { version, weights } = stage.aws.alias;
            assert.deepEqual(weights, {}, `${call.action}: ${failure}`);
            if (failure === undefined) assert.equal(version, "3", call.action);
            else {
              assert.doesNotMatch(failure, /Somebody else/, call.action);
              if (!/cannot be seen|^It stopped at "look"/.test(failure))
                assert.ok(failure.endsWith(`\nCallers are on version ${version}.`), failure);
            }
            await assertNextReleaseWorks(stage);
          },
          { maxAttempts: 1 },
        ));
    }

    it("that is stopped at any call leaves all callers on one version, and the next one works", async () => {
      for (const [index] of calls) {
        await withStage(async (stage) => {
          const stop = new AbortController();
          stage.aws.onCall(async (call) => {
            if (call === index) stop.abort();
          });
          const { failure } = await stage.release(smallApi("two"), { canary, signal: stop.signal });
          assert.deepEqual(stage.aws.alias.weights, {});
          assert.equal(stage.aws.alias.version, failure === undefined ? "3" : "2");
          await assertNextReleaseWorks(stage);
        });
      }
    });

    it("that is killed after any change leaves callers served, and the next one reports or repairs what is left", async () => {
      for (const [index, { action }] of calls) {
        // In a canary it is killed while it watches, too.
        if (!/:(Put|Update|Publish|GetMetric)/.test(action)) continue;
        await withStage(async (stage) => {
          const { aws } = stage;
          const withheld = Promise.withResolvers<void>();
          aws.onWithheld(withheld.resolve);
          aws.failAt({ call: index, fault: "answer withheld" });
          const args = JSON.stringify({ url: aws.url, canary, time: stage.now() });
          const child = spawn(process.execPath, [`${import.meta.dirname}/release-process.ts`, args], {
            stdio: ["ignore", "ignore", "inherit"],
          });
          const exited = once(child, "exit");
          await Promise.race([withheld.promise, exited]);
          child.kill("SIGKILL");
          assert.deepEqual(await exited, [null, "SIGKILL"], action);
          aws.failAt();
          await stage.assertCallersAreServed();
          if (Object.keys(aws.alias.weights).length > 0) {
            const { failure } = await stage.release(smallApi("three"));
            assert.match(failure ?? "", /Another release watches version 3 until/);
          }
          await assertNextReleaseWorks(stage);
        });
      }
    });

    it("that another one interrupts at any call either wins with its own code or stops with a sentence", async () => {
      for (const [index, { action }] of calls) {
        await withStage(async (stage) => {
          const { aws, release } = stage;
          let other: { failure: string | undefined } | undefined;
          aws.onCall(async (call) => {
            if (call !== index || other) return;
            other = { failure: "not finished" };
            other = await release(smallApi("other"));
          });
          const { failure } = await release(smallApi("two"), { canary });
          const where = `${action} (${index}): ${failure} / ${other?.failure}`;
          const sentences = [failure, other?.failure].filter((sentence) => sentence !== undefined);
          // Whoever comes before the first look has finished when the other begins.
          assert.equal(sentences.length, index === 0 ? 0 : 1, where);
          assert.match(sentences[0] ?? "Somebody else", /Somebody else|Another release/, where);
          // And stops as soon as it can know.
          if (action === "lambda:UpdateFunctionCode") assert.match(failure ?? "", /^It stopped at "update"/);
          assert.deepEqual(aws.alias.weights, {}, where);
          const code = Buffer.from(
            unzipSync(aws.packageOf(aws.alias.version))["bundle.mjs"] ?? [],
          ).toString();
          assert.match(code, failure === undefined ? /^\/\/ two$/m : /^\/\/ other$/m, where);
          await assertNextReleaseWorks(stage);
        });
      }
    });
  });
}
