// Every call of a release is made to fail, at a stand-in for AWS: callers are always served, by what was checked.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { unzipSync } from "fflate";
import { type RunOptions, type Stage, startStage } from "./release-world.ts";
import { createSmallRunner, type PackageRunner } from "./run-package.ts";
import { smallApi } from "./small-api.ts";
import type { Fault, FaultPlan, SeenCall } from "./stand-in-aws.ts";

const MODES = [
  { mode: "a release to all callers", trafficShift: "AllAtOnce" },
  { mode: "a release by canary", trafficShift: "Canary10Percent5Minutes" },
] as const;
const FOR_EVER = 1_000;
/** When the SDK asks no more, an error 500 is to the release what a broken connection is. */
const UNDONE_OR_DONE = ["connection reset", "answer lost"] as const;
const SOMETHING_ELSE = /Something else|callers already|callers are divided|AWS has not moved callers/;
/** A call that only asks does nothing, so its lost answer is to the release what a lost call is. */
const CHANGES = /:(Put|UpdateFunctionCode|Publish|CreateDeployment)/;
const mayMeet = (fault: Fault, { action }: SeenCall) => fault !== "answer lost" || CHANGES.test(action);
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

for (const { mode, trafficShift } of MODES) {
  describe(`${mode}, at a stand-in for AWS`, () => {
    let runner: PackageRunner;
    /** Those that are made to fail, with the place that each has among all. */
    let calls: readonly (readonly [index: number, call: SeenCall])[] = [];
    before(async () => {
      runner = createSmallRunner();
      await withStage(async ({ release, aws }) => {
        assert.equal((await release(smallApi("two"), { trafficShift })).failure, undefined);
        // Until AWS moves callers, a canary is like any other release.
        const shift = aws.calls.findIndex(({ action }) => action === "codedeploy:CreateDeployment");
        const first = trafficShift === "AllAtOnce" ? 0 : shift;
        calls = [...aws.calls.entries()].slice(first).filter(isFirstOrLast);
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
      assert.ok(calls.some(([, { action }]) => action === "codedeploy:CreateDeployment"));
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
      await forEachCall(async (index, call) => {
        if (!mayMeet(fault, call)) return;
        await withStage(async (stage) => {
          stage.aws.failAt({ call: index, fault, times });
          const { failure } = await stage.release(smallApi("two"), { trafficShift, ...options });
          stage.aws.failAt();
          await judge({ call, failure, stage });
        });
      });
    }

    const isFromShiftOn = (index: number) =>
      index >= (calls.find(([, { action }]) => action === "codedeploy:CreateDeployment")?.[0] ?? 0);

    /** What a failure has left must not be in the way of the next release. */
    async function assertNextReleaseWorks(stage: Stage): Promise<void> {
      await stage.settle();
      const { failure } = await stage.release(smallApi("three"));
      assert.equal(failure, undefined);
      assert.deepEqual(stage.aws.alias.weights, {});
      assert.equal(stage.aws.alias.version, stage.aws.versions().at(-1));
    }

    for (const fault of ["throttled", "error 500", "connection reset", "answer lost"] as const) {
      it(`succeeds where every call meets this at first: ${fault}`, () =>
        withStage(async ({ release, aws }) => {
          aws.failAt(...everySecondCall(fault));
          const { failure } = await release(smallApi("two"), { trafficShift });
          assert.equal(failure, undefined);
          assert.deepEqual([aws.alias.version, aws.alias.weights], ["3", {}]);
        }));
    }

    it("succeeds where what one call has done is done again, since its answer was lost", () =>
      atEachCall("answer lost", 1, ({ call, failure, stage }) => {
        assert.equal(failure, undefined, `${call.action}: ${failure}`);
        assert.deepEqual([stage.aws.alias.version, stage.aws.alias.weights], ["3", {}]);
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
      // Before, the second one only hides where callers are, as above.
      it(`that meets two failures in a row from its shift on leaves callers where AWS puts them, and says where: ${fault}, error 500`, () =>
        forEachCall(async (index, call) => {
          if (!isFromShiftOn(index) || !mayMeet(fault, call)) return;
          await withStage(async (stage) => {
            stage.aws.failAt({ call: index, fault }, { call: index + 1, fault: "error 500" });
            const { failure } = await stage.release(smallApi("two"), { trafficShift, maxAttempts: 1 });
            stage.aws.failAt();
            const { version, weights } = stage.aws.alias;
            if (failure === undefined) assert.deepEqual([version, weights], ["3", {}], call.action);
            else if (!/cannot be seen/.test(failure))
              assert.match(failure, new RegExp(`\\nCallers are (on version ${version}|divided: .*)\\.$`));
            await assertNextReleaseWorks(stage);
          });
        }));
    }

    it("that does nothing more after any change, as when it is killed, leaves callers served, and the next one works", () =>
      forEachCall(async (index, { action }) => {
        if (!CHANGES.test(action)) return;
        await withStage(async (stage) => {
          const { aws } = stage;
          const killed = new AbortController();
          const withheld = new Promise<void>((resolve) => aws.onWithheld(resolve));
          aws.failAt({ call: index, fault: "answer withheld" });
          const ended = stage.release(smallApi("two"), { trafficShift, killed: killed.signal });
          assert.equal(await Promise.race([withheld, ended]), undefined, action);
          killed.abort();
          aws.failAt();
          await stage.assertCallersAreServed();
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
          const { failure } = await release(smallApi("two"), { trafficShift });
          const where = `${action} (${index}): ${failure} / ${other?.failure}`;
          const sentences = [failure, other?.failure].filter((sentence) => sentence !== undefined);
          // One has finished when the other begins: before its first look, or after its last.
          const isOver = action === "codedeploy:GetDeployment" && index === calls.at(-1)?.[0];
          assert.equal(sentences.length, index === 0 || isOver ? 0 : 1, where);
          assert.match(sentences[0] ?? "Something else", SOMETHING_ELSE, where);
          // And it stops as soon as it can know.
          if (action === "lambda:UpdateFunctionCode") assert.match(failure ?? "", /^It stopped at "update"/);
          assert.deepEqual(aws.alias.weights, {}, where);
          const code = Buffer.from(
            unzipSync(aws.packageOf(aws.alias.version))["bundle.mjs"] ?? [],
          ).toString();
          assert.match(code, failure === undefined && !isOver ? /^\/\/ two$/m : /^\/\/ other$/m, where);
          await assertNextReleaseWorks(stage);
        }),
      ));
  });
}
