// `lambda-express-api` as a project's scripts run it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { promisify } from "node:util";
import { runCommand } from "./commands.ts";
import { USAGE } from "./usage.ts";

const CLI = join(import.meta.dirname, "cli.ts");

/** Runs the command until it exits. */
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

  it("refuses a missing and an unknown command, and names all commands", async () => {
    const names =
      /commands are start, dev, demo, new, generate, contract, logs, groups, keys, build lambda, build container, .*rollback\.\n$/;
    for (const [args, beginning] of [
      [[], /^Enter a command; /],
      [["build", "image"], /^Unknown command "build image"; /],
      [["toString"], /^Unknown command "toString"; /],
    ] as const) {
      const { code, stdout, stderr } = await run(args);
      assert.deepEqual([code, stdout], [1, ""]);
      assert.match(stderr, beginning);
      assert.match(stderr, names);
      assert.equal(stderr.trim().split("\n").length, 1);
    }
  });

  for (const [command, usage] of Object.entries(USAGE))
    it(`${command} --help shows a short usage text and runs nothing`, async (t) => {
      const print = t.mock.method(console, "log", () => {});
      for (const flag of ["--help", "-h"])
        await runCommand([...command.split(" "), "--api", "nowhere", flag]);
      assert.deepEqual(
        print.mock.calls.map(({ arguments: printed }) => printed),
        [[usage], [usage]],
      );
      assert.equal(process.exitCode, undefined);
      assert.match(usage, /^np[mx] [^\n]+\n\n[A-Z]/);
      assert.ok(usage.split("\n").length < 20);
    });

  for (const command of ["start", "generate", "build lambda", "build container", "new"] as const)
    it(`${command} refuses an unknown option and names the valid ones, which --help also lists`, async () => {
      const { code, stdout, stderr } = await run([...command.split(" "), "--no-such-option"]);
      assert.deepEqual([code, stdout], [1, ""]);
      assert.doesNotMatch(stderr, /\n {4}at /);
      const named = stderr.replace("--no-such-option", "").match(/--[a-z][a-z-]+/g) ?? [];
      assert.ok(named.length > 0, stderr);
      for (const option of named) assert.ok(USAGE[command].includes(option), option);
    });

  it("--help without a command lists the commands", async () => {
    const { code, stdout } = await run(["--help"]);
    assert.equal(code, 0);
    for (const command of Object.keys(USAGE)) assert.ok(stdout.includes(command), command);
  });

  it("each command that needs an API says so if the folder has none", async () => {
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

  it("refuses an older Node with a clear message (the version is faked)", async () => {
    const older = "Object.defineProperty(process.versions, 'node', { value: '22.22.0' })";
    const { code, stdout, stderr } = await run(["cost"], ["--import", `data:text/javascript,${older}`]);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(
      stderr,
      /^lambda-express-api requires Node 24 or later, but this is Node 22\.22\.0; [^\n]+\n$/,
    );
  });
});
