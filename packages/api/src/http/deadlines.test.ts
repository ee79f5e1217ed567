import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { promisify } from "node:util";
import { createDeadlines } from "./deadlines.ts";

describe("deadlines", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "Date"] }));
  afterEach(() => mock.timers.reset());

  it("pass at their times, whatever the order in which they were started", () => {
    const passed: number[] = [];
    const deadlines = createDeadlines(Date.now);
    for (const milliseconds of [3000, 1000, 2000])
      deadlines.start(milliseconds, () => passed.push(milliseconds));
    mock.timers.tick(999);
    assert.deepEqual(passed, []);
    mock.timers.tick(1);
    assert.deepEqual(passed, [1000]);
    mock.timers.tick(1000);
    assert.deepEqual(passed, [1000, 2000]);
    mock.timers.tick(1000);
    assert.deepEqual(passed, [1000, 2000, 3000]);
  });

  it("never pass once they are ended, and pass once", () => {
    const passed: string[] = [];
    const deadlines = createDeadlines(Date.now);
    const end = deadlines.start(1000, () => passed.push("ended"));
    deadlines.start(1000, () => passed.push("waiting"));
    end();
    mock.timers.tick(10_000);
    assert.deepEqual(passed, ["waiting"]);
  });

  it("may be ended and started by those that pass", () => {
    const passed: string[] = [];
    const deadlines = createDeadlines(Date.now);
    deadlines.start(1000, () => {
      end();
      deadlines.start(1000, () => passed.push("started"));
    });
    const end = deadlines.start(2000, () => passed.push("ended"));
    for (let second = 0; second < 10; second++) mock.timers.tick(1000);
    assert.deepEqual(passed, ["started"]);
  });

  it("keep a process alive while they wait, and no longer", async () => {
    const run = async (lines: string) => {
      const url = new URL("deadlines.ts", import.meta.url).href;
      const script = `const { createDeadlines } = await import("${url}"); const { start } = createDeadlines(); ${lines}`;
      const { stdout } = await promisify(execFile)(process.execPath, [
        "--input-type=module",
        "--eval",
        script,
      ]);
      return stdout.trim();
    };
    assert.equal(await run('start(50, () => console.log("passed"));'), "passed");
    assert.equal(await run('start(3_600_000, () => console.log("passed"))();'), "");
    assert.equal(
      await run('start(100, () => console.log("first"))(); start(200, () => console.log("second"));'),
      "second",
    );
  });
});
