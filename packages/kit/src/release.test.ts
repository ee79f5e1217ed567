import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { createLog } from "./log.ts";
import { logReleaseOnce, readRelease, release } from "./release.ts";
import type { ApiFacts } from "./route/define-route.ts";

describe("the release", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "release-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is what the build has written, without other fields of its file", () => {
    writeFileSync(join(folder, "release.json"), '{"version":"1.2.3","commit":"0123abc","secret":"no"}');
    assert.deepEqual(readRelease(folder), { version: "1.2.3", commit: "0123abc" });
  });

  it("is the API's own version and commit development, where nothing was built", () => {
    assert.deepEqual(release({ version: "4.5.6" }), { version: "4.5.6", commit: "development" });
    assert.deepEqual(release({ version: "7.8.9" }), { version: "7.8.9", commit: "development" });
  });

  it("is logged once per app", () => {
    const lines: string[] = [];
    const log = createLog((line) => lines.push(line));
    const facts = (version: string): ApiFacts => ({
      name: "shop",
      version,
      description: "Sells.",
      errors: {},
      endpoints: async () => [],
    });
    const [first, second] = [facts("1.0.0"), facts("2.0.0")];
    for (const api of [first, first, second, first, second]) logReleaseOnce(log, api);
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)).map(({ message, version }) => [message, version]),
      [
        ["health", "1.0.0"],
        ["health", "2.0.0"],
      ],
    );
  });

  for (const content of [undefined, "", "{", "null", "[]", '{"version":"1.2.3"}', '{"version":1,"commit":2}'])
    it(`is unknown, without an error, if its file is missing or unreadable: ${content ?? "no file"}`, () => {
      if (content !== undefined) writeFileSync(join(folder, "release.json"), content);
      assert.equal(readRelease(folder), undefined);
    });
});
