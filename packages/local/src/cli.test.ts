// `lambda-express-api` as a project's scripts run it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { promisify } from "node:util";

const CLI = join(import.meta.dirname, "cli.ts");

/** Runs it to its end. */
async function run(args: readonly string[], flags: readonly string[] = [], cwd = ".") {
  return promisify(execFile)(process.execPath, [...flags, CLI, ...args], { cwd }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

describe("lambda-express-api", () => {
  it("runs a command with the arguments after its name", async () => {
    const { code, stdout } = await run(["cost", "--requests", "2e6"]);
    assert.equal(code, 0);
    assert.match(stdout, /API Gateway, requests +\$2\.00/);
  });

  it("refuses no command and an unknown one in a sentence that names all there are", async () => {
    const names =
      /commands are start, dev, demo, new, generate, groups, keys, build lambda, build container, .*rollback\.\n$/;
    for (const [args, beginning] of [
      [[], /^Say what to run; /],
      [["build", "image"], /^There is no command "build image"; /],
      [["toString"], /^There is no command "toString"; /],
    ] as const) {
      const { code, stdout, stderr } = await run(args);
      assert.deepEqual([code, stdout], [1, ""]);
      assert.match(stderr, beginning);
      assert.match(stderr, names);
      assert.equal(stderr.trim().split("\n").length, 1);
    }
  });

  it("says in a sentence that a folder holds no API, whichever command needs one", async () => {
    const folder = await mkdtemp(join(tmpdir(), "no-api-"));
    try {
      for (const args of [["build", "lambda"], ["build", "container"], ["demo"]]) {
        const { code, stderr } = await run(args, [], folder);
        assert.equal(code, 1);
        assert.match(stderr, /^[^\n]*src\/api\.ts does not exist; [^\n]*\n$/, args.join(" "));
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("refuses an older Node in one sentence (the version is stood in for)", async () => {
    const older = "Object.defineProperty(process.versions, 'node', { value: '22.22.0' })";
    const { code, stdout, stderr } = await run(["cost"], ["--import", `data:text/javascript,${older}`]);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /^lambda-express-api needs Node 24 or later, and this is Node 22\.22\.0; [^\n]+\n$/);
  });
});
