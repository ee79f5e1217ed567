import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { about } from "./about.ts";
import { readRelease, release } from "./release.ts";

describe("the release", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "release-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is what the build has written, and nothing else of its file", () => {
    writeFileSync(join(folder, "release.json"), '{"version":"1.2.3","commit":"0123abc","secret":"no"}');
    assert.deepEqual(readRelease(folder), { version: "1.2.3", commit: "0123abc" });
  });

  it("from the sources is the package's version, in development", () => {
    assert.deepEqual(release(), { version: about.version, commit: "development" });
  });

  for (const content of [undefined, "", "{", "null", "[]", '{"version":"1.2.3"}', '{"version":1,"commit":2}'])
    it(`is never the reason for a fault: ${content ?? "no file"}`, () => {
      if (content !== undefined) writeFileSync(join(folder, "release.json"), content);
      assert.deepEqual(readRelease(folder), { version: about.version, commit: "development" });
    });
});
