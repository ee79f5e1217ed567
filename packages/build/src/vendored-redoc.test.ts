import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readRedoc, readSource, VENDORED_REDOC } from "./vendored-redoc.ts";

test("each of ReDoc's files is the one that source.json names, and there is no other", () => {
  const { files } = readSource();
  for (const name of Object.keys(files)) assert.ok(readRedoc(name).length > 0, name);
  assert.deepEqual(readdirSync(VENDORED_REDOC).sort(), [...Object.keys(files), "source.json"].sort());
});

test("a changed file is refused, with a sentence that says how to renew it", () => {
  const folder = mkdtempSync(join(tmpdir(), "vendored-redoc-"));
  try {
    cpSync(VENDORED_REDOC, folder, { recursive: true });
    writeFileSync(join(folder, "redoc.standalone.js"), "changed");
    assert.throws(
      () => readRedoc("redoc.standalone.js", folder),
      /is not the file .* packages\/build\/src\/renew-redoc\.ts/,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
