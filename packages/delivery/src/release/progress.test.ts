import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createProgress } from "./progress.ts";

function writtenBy(isTerminal: boolean): string {
  let written = "";
  const progress = createProgress((text) => {
    written += text;
  }, isTerminal);
  progress.begin("build");
  progress.end("build", "12 kB");
  progress.begin("canary");
  progress.say("1 of 5 min");
  progress.end("canary", "done");
  return written;
}

describe("the progress of a release", () => {
  it("prints plain lines in a log, without colours or cursor movement", () => {
    assert.equal(writtenBy(false), "build    12 kB\n1 of 5 min\ncanary   done\n");
  });

  it("shows the current step on a terminal, and ends with the same lines", () => {
    const written = writtenBy(true);
    assert.ok(written.startsWith("… build\r\x1b[K✓ build    12 kB\n… canary"));
    assert.deepEqual(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the test looks for them.
      written.split("\n").map((line) => line.replace(/^[^\n]*\x1b\[K/, "")),
      ["✓ build    12 kB", "1 of 5 min", "✓ canary   done", ""],
    );
  });
});
