import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readOptions } from "./options.ts";

describe("the options of the benchmark", () => {
  it("select a full or a quick run, or a developer's commands", () => {
    assert.deepEqual(readOptions([]), { isQuick: false, isWait: false });
    assert.deepEqual(readOptions(["--quick"]), { isQuick: true, isWait: false });
    assert.deepEqual(readOptions(["--wait"]), { isQuick: false, isWait: true });
  });

  it("are refused with a clear message if unknown", () => {
    for (const args of [["--rounds", "3"], ["quick"], ["--quick=yes"]])
      assert.throws(
        () => readOptions(args),
        /^Error: Cannot read "[^"]+"; the options are --quick and --wait/,
      );
  });
});
