/** The parity suite fails for every unknown difference between two targets, and for no other reason. */
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { type Outcome, runSuites } from "../../test/support/run-suites.ts";

let runs: ReadonlyMap<string, readonly Outcome[]>;
before(async () => {
  runs = await runSuites(new URL("../../test/fixtures/suites/parity.ts", import.meta.url));
});

const testsOf = (run: string) => (runs.get(run) ?? []).filter(({ isSuite }) => !isSuite);
const failuresOf = (run: string) => testsOf(run).filter(({ passed }) => !passed);
const titlesOf = (outcomes: readonly Outcome[]) => outcomes.map(({ path }) => path.at(-1)?.split(":")[0]);

describe("the parity suite", () => {
  for (const [run, count] of [
    ["owner", 9],
    ["a database that is up", 1],
    ["intact", 2],
    ["a link and a limit", 1],
    ["a gateway that refuses by itself", 2],
  ] as const) {
    it(`passes: ${run}`, () => {
      assert.equal(testsOf(run).length, count);
      assert.deepEqual(failuresOf(run), []);
    });
  }

  for (const [run, titles] of [
    ["another status", ["health", "no token"]],
    ["another body", ["health", "no token"]],
    ["another header", ["health", "no token"]],
    ["a header too few", ["health", "no token"]],
    ["another cookie", ["health", "no token"]],
    ["another line of the log", ["health", "no token"]],
    ["no request id", ["health", "no token"]],
    ["a known difference", ["no token"]],
    ["a difference that is gone", ["health"]],
    ["another status than expected, everywhere", ["health", "no token"]],
  ] as const) {
    it(`fails for ${titles.join(" and ")}: ${run}`, () => {
      assert.equal(testsOf(run).length, 2);
      assert.deepEqual(titlesOf(failuresOf(run)), titles);
      for (const { message } of failuresOf(run))
        assert.match(message, /the bare Lambda handler|the Express app/);
    });
  }
});
