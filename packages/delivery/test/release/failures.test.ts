// Every call of a release is made to fail, at a stand-in for AWS: callers are always served, by what was checked.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { unzipSync } from "fflate";
import { type RunOptions, type Stage, startStage } from "./release-world.ts";
import { createPackageRunner, type PackageRunner } from "./run-package.ts";
import { smallApi } from "./small-api.ts";
import type { Fault, FaultPlan, SeenCall } from "./stand-in-aws.ts";

/** Short, yet it looks at the metric before, while and after callers are divided. */
const CANARY = { percent: 10, minutes: 1 };
const MODES = [
  { mode: "a release to all callers", canary: undefined },
  { mode: "a release by canary", canary: CANARY },
];
const FOR_EVER = 1_000;
/** When the SDK asks no more, an error 500 is to the release what a broken connection is. */
const UNDONE_OR_DONE = ["connection reset", "answer lost"] as const;
/** While one waits for its stand-in another goes on. */
const AT_ONCE = 6;

/** Of what a release asks several times over: it fails at each the same way. */
function isFirstOrLast(
  [, { action, resource }]: readonly [number, SeenCall],
  position: number,
  all: readonly (readonly [number, SeenCall])[],
): boolean {
  const isSame = ([, call]: readonly [number, SeenCall]) =>
    call.action === action && call.resource === resource;
  return all.findIndex(isSame) === position || all.findLastIndex(isSame) === position;
}

/** Each call once, for the SDK asks again at once. */
function everySecondCall(fault: Fault): FaultPlan[] {
  return Array.from({ length: 100 }, (_, index) => ({ call: 2 * index, fault }));
}

for (const { mode, canary } of MODES) {
  describe(`${mode}, at a stand-in for AWS`, () => {
    let runner: PackageRunner;
    /** Those that are made to fail, with the place that each has among all. */
    let calls: readonly (readonly [index: number, call: SeenCall])[] = [];
    before(async () => {
      runner = createPackageRunner();
      await withStage(async ({ release, aws }) => {
        assert.equal((await release(smallApi("two"), { canary })).failure, undefined);
        // Until it looks at the metric for the first time, a canary is like any other release.
        const first = aws.calls.findIndex(({ action }) => action === "cloudwatch:GetMetricData");
        calls = [...aws.calls.entries()].slice(Math.max(0, first)).filter(isFirstOrLast);
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

    /** Does something at each call of a release, one release for each. */
    async function forEachCall(run: (index: number, call: SeenCall) => Promise<void>): Promise<void> {
      assert.ok(calls.length > 5);
      for (let first = 0; first < calls.length; first += AT_ONCE)
        await Promise.all(calls.slice(first, first + AT_ONCE).map(([index, call]) => run(index, call)));
    }

    /** Lets each call of a release meet a fault. */
    async function atEachCall(
      fault: Fault,
      times: number,
      judge: (result: {
        readonly call: SeenCall;
        readonly failure: string | undefined;
        readonly stage: Stage;
      }) => Promise<void> | void,
      options: RunOptions = {},
    ): Promise<void> {
      await forEachCall((index, call) =>
        withStage(async (stage) => {
          stage.aws.failAt({ call: index, fault, times });
          const { failure } = await stage.release(smallApi("two"), { canary, ...options });
          stage.aws.failAt();
          await judge({ call, failure, stage });
        }),
      );
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
      it(`succeeds where every call meets this at first: ${fault}`, () =>
        withStage(async ({ release, aws }) => {
          aws.failAt(...everySecondCall(fault));
          const { failure } = await release(smallApi("two"), { canary });
          assert.equal(failure, undefined);
          assert.deepEqual([aws.alias.version, aws.alias.weights], ["3", {}]);
        }));
    }

    it("succeeds where what one call has done is done again, since its answer was lost", () =>
      atEachCall("answer lost", 1, ({ call, failure, stage }) => {
        assert.equal(failure, undefined, `${call.action}: ${failure}`);
        assert.deepEqual([stage.aws.alias.version, stage.aws.alias.weights], ["3", {}]);
      }));

    // Before that, permissions.test.ts takes away each right.
    if (canary)
      it("that is refused a right while callers are divided names it and leaves them on the old version", () =>
        atEachCall("access denied", 1, async ({ call, failure = "", stage }) => {
          assert.match(failure, /^It stopped at "canary": You may not do /);
          assert.ok(failure.includes(call.action), `${call.action}: ${failure}`);
          assert.match(failure, /\nCallers are on version 2\.$/);
          assert.deepEqual([stage.aws.alias.version, stage.aws.alias.weights], ["2", {}]);
          await assertNextReleaseWorks(stage);
        }));

    for (const fault of UNDONE_OR_DONE) {
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

    for (const fault of UNDONE_OR_DONE) {
      // Until callers are moved the second one only hides where they are, as above.
      it(`that meets two failures in a row from its first move on leaves all callers on one version, and says which: ${fault}, error 500`, () =>
        forEachCall((index, { action }) =>
          withStage(async (stage) => {
            const firstMove = calls.find(([, call]) => call.action === "lambda:UpdateAlias")?.[0] ?? 0;
            if (index < firstMove) return;
            stage.aws.failAt({ call: index, fault }, { call: index + 1, fault: "error 500" });
            const { failure } = await stage.release(smallApi("two"), { canary, maxAttempts: 1 });
            stage.aws.failAt();
            const { version, weights } = stage.aws.alias;
            assert.deepEqual(weights, {}, `${action}: ${failure}`);
            if (failure === undefined) assert.equal(version, "3", action);
            else {
              assert.doesNotMatch(failure, /Somebody else/, action);
              if (!/cannot be seen/.test(failure))
                assert.ok(failure.endsWith(`\nCallers are on version ${version}.`), failure);
            }
            await assertNextReleaseWorks(stage);
          }),
        ));
    }

    it("that is stopped at any call leaves all callers on one version, and the next one works", () =>
      forEachCall((index, { action }) =>
        withStage(async (stage) => {
          const stop = new AbortController();
          stage.aws.onCall(async (call) => {
            if (call === index) stop.abort();
          });
          const { failure } = await stage.release(smallApi("two"), { canary, signal: stop.signal });
          assert.deepEqual(stage.aws.alias.weights, {});
          assert.equal(stage.aws.alias.version, failure === undefined ? "3" : "2");
          // Only what is moved already goes on.
          if (!canary) assert.equal(failure === undefined, action === "lambda:UpdateAlias", action);
          await assertNextReleaseWorks(stage);
        }),
      ));

    it("that does nothing more after any change, as when it is killed, leaves callers served, and the next one reports or repairs what is left", () =>
      forEachCall(async (index, { action }) => {
        // In a canary it is killed while it watches, too.
        if (!/:(Put|Update|Publish|GetMetric)/.test(action)) return;
        await withStage(async (stage) => {
          const { aws } = stage;
          const killed = new AbortController();
          const withheld = new Promise<void>((resolve) => aws.onWithheld(resolve));
          aws.failAt({ call: index, fault: "answer withheld" });
          const ended = stage.release(smallApi("two"), { canary, killed: killed.signal });
          assert.equal(await Promise.race([withheld, ended]), undefined, action);
          killed.abort();
          aws.failAt();
          await stage.assertCallersAreServed();
          if (Object.keys(aws.alias.weights).length > 0) {
            const { failure } = await stage.release(smallApi("three"));
            assert.match(failure ?? "", /Another release watches version 3 until/);
          }
          await assertNextReleaseWorks(stage);
        });
      }));

    it("that another one interrupts at any call either wins with its own code or stops with a sentence", () =>
      forEachCall((index, { action }) =>
        withStage(async (stage) => {
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
        }),
      ));
  });
}
