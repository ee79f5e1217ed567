// Makes every call of a release fail, with a stand-in for AWS. Callers always get a checked version.

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
/** Once the SDK stops retrying, an error 500 has the same effect as a broken connection. */
const UNDONE_OR_DONE = ["connection reset", "answer lost"] as const;
const SOMETHING_ELSE =
  /Something else|already shifting traffic|traffic is split|CodeDeploy did not shift traffic/;
/** A read-only call changes nothing, so its lost answer has the same effect as a lost call. */
const CHANGES = /:(Put|UpdateFunctionCode|Publish|CreateDeployment)/;
const mayMeet = (fault: Fault, { action }: SeenCall) => fault !== "answer lost" || CHANGES.test(action);
/** Runs concurrently, because each waits for its stand-in. */
const AT_ONCE = 6;

/** Calls that a release repeats, which fail in the same way each time. */
function isFirstOrLast(
  [, { action, resource }]: readonly [number, SeenCall],
  position: number,
  all: readonly (readonly [number, SeenCall])[],
): boolean {
  const isSame = ([, call]: readonly [number, SeenCall]) =>
    call.action === action && call.resource === resource;
  return all.findIndex(isSame) === position || all.findLastIndex(isSame) === position;
}

/** Each call once, because the SDK retries at once. */
function everySecondCall(fault: Fault): FaultPlan[] {
  return Array.from({ length: 100 }, (_, index) => ({ call: 2 * index, fault }));
}

for (const { mode, trafficShift } of MODES) {
  describe(`${mode} (stand-in for AWS)`, () => {
    let runner: PackageRunner;
    /** The calls to fail, each with its position among all calls. */
    let calls: readonly (readonly [index: number, call: SeenCall])[] = [];
    before(async () => {
      runner = createSmallRunner();
      await withStage(async ({ release, aws }) => {
        assert.equal((await release(smallApi("two"), { trafficShift })).failure, undefined);
        // Before AWS moves callers, a canary is like any other release.
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

    /** Runs a release for each call, and does something at that call. */
    async function forEachCall(run: (index: number, call: SeenCall) => Promise<void>): Promise<void> {
      assert.ok(calls.some(([, { action }]) => action === "codedeploy:CreateDeployment"));
      for (let first = 0; first < calls.length; first += AT_ONCE)
        await Promise.all(calls.slice(first, first + AT_ONCE).map(([index, call]) => run(index, call)));
    }

    /** Runs a release for each call, and makes that call fail. */
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

    /** The next release must succeed after a failure. */
    async function assertNextReleaseWorks(stage: Stage): Promise<void> {
      await stage.settle();
      const { failure } = await stage.release(smallApi("three"));
      assert.equal(failure, undefined);
      assert.deepEqual(stage.aws.alias.weights, {});
      assert.equal(stage.aws.alias.version, stage.aws.versions().at(-1));
    }

    for (const fault of ["throttled", "error 500", "connection reset", "answer lost"] as const) {
      it(`succeeds if every call first meets this fault: ${fault}`, () =>
        withStage(async ({ release, aws }) => {
          aws.failAt(...everySecondCall(fault));
          const { failure } = await release(smallApi("two"), { trafficShift });
          assert.equal(failure, undefined);
          assert.deepEqual([aws.alias.version, aws.alias.weights], ["3", {}]);
        }));
    }

    it("succeeds if a call is repeated because its response was lost", () =>
      atEachCall("answer lost", 1, ({ call, failure, stage }) => {
        assert.equal(failure, undefined, `${call.action}: ${failure}`);
        assert.deepEqual([stage.aws.alias.version, stage.aws.alias.weights], ["3", {}]);
      }));

    for (const fault of UNDONE_OR_DONE) {
      it(`says where it stopped if this fault lasts from one call on, and the next release works: ${fault}`, () =>
        atEachCall(
          fault,
          FOR_EVER,
          async ({ failure, stage }) => {
            assert.match(failure ?? "", /^The step "\w+" failed: /);
            await assertNextReleaseWorks(stage);
          },
          { maxAttempts: 1 },
        ));
    }

    for (const fault of UNDONE_OR_DONE) {
      // Before the shift, the second failure only hides the callers' version, as above.
      it(`says which version callers get after two failures in a row from its shift on: ${fault}, error 500`, () =>
        forEachCall(async (index, call) => {
          if (!isFromShiftOn(index) || !mayMeet(fault, call)) return;
          await withStage(async (stage) => {
            stage.aws.failAt({ call: index, fault }, { call: index + 1, fault: "error 500" });
            const { failure } = await stage.release(smallApi("two"), { trafficShift, maxAttempts: 1 });
            stage.aws.failAt();
            const { version, weights } = stage.aws.alias;
            if (failure === undefined) assert.deepEqual([version, weights], ["3", {}], call.action);
            else if (!/Cannot tell which version/.test(failure))
              assert.match(
                failure,
                new RegExp(`\\n(All traffic goes to version ${version}|Traffic is split: .*)\\.$`),
              );
            await assertNextReleaseWorks(stage);
          });
        }));
    }

    it("leaves callers served if it is killed after any change, and the next release works", () =>
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

    it("either wins or stops with a message if another release interrupts it at any call", () =>
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
          // The releases do not overlap: one ends before the other's first call or starts after its last.
          const isOver = action === "codedeploy:GetDeployment" && index === calls.at(-1)?.[0];
          assert.equal(sentences.length, index === 0 || isOver ? 0 : 1, where);
          assert.match(sentences[0] ?? "Something else", SOMETHING_ELSE, where);
          // It also stops as early as it can know.
          if (action === "lambda:UpdateFunctionCode")
            assert.match(failure ?? "", /^The step "update" failed/);
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
