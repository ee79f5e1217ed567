import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readOptions } from "./options.ts";

describe("the options of the benchmark", () => {
  it("select a quick or a full run", () => {
    assert.deepEqual(readOptions(["--quick"]), { isQuick: true });
    assert.deepEqual(readOptions([]), { isQuick: false });
  });

  it("are refused with a clear message if unknown", () => {
    for (const args of [["--rounds", "3"], ["quick"], ["--quick=yes"]])
      assert.throws(() => readOptions(args), /^Error: Cannot read "[^"]+"; the only option is --quick/);
  });
});
