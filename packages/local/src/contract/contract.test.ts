// Runs `npm run contract` in temporary repositories.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";

const CLI = join(import.meta.dirname, "../cli.ts");

/** A project in a repository with one commit. Its operation has these response statuses. */
function project(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "contract-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const git = (...args: readonly string[]) =>
    execFileSync("git", ["-c", "user.name=T", "-c", "user.email=t@example.com", ...args], {
      cwd: folder,
      stdio: "pipe",
    });
  const write = (...statuses: readonly number[]) => {
    const responses = Object.fromEntries(statuses.map((status) => [status, { description: "" }]));
    const document = { openapi: "3.1.0", paths: { "/v1": { get: { responses } } } };
    writeFileSync(join(folder, "docs/openapi.json"), JSON.stringify(document));
  };
  const commit = () => {
    git("add", "-A");
    git("commit", "--quiet", "--message", "x");
  };
  const run = (...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, "contract", ...args], {
      cwd: folder,
      encoding: "utf8",
      // A repository that contains the temporary folder is not the project's.
      env: { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() },
    });
    return { status, output: stdout + stderr };
  };
  for (const name of ["docs", "src"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "src/api.ts"), "");
  writeFileSync(join(folder, "package.json"), "{}");
  write(200, 404);
  return { folder, git, write, commit, run };
}

const REFUSED = /break callers:\n {2}GET \/v1, 404: is removed\n/;

describe("npm run contract", () => {
  it("passes if there is nothing to compare: no git, no tag, or no older document", (t) => {
    const { git, commit, run } = project(t);
    const nothing = { status: 0, output: "There is nothing to compare.\n" };
    assert.deepEqual(run(), nothing);
    git("init", "--quiet", "--initial-branch=main");
    assert.deepEqual(run(), nothing);
    git("commit", "--quiet", "--allow-empty", "--message", "x");
    git("tag", "v1");
    assert.deepEqual(run(), nothing);
    commit();
    assert.deepEqual(run(), nothing);
  });

  it("compares with the last tag, or with --base, and refuses an unknown commit", (t) => {
    const { git, write, commit, run } = project(t);
    git("init", "--quiet", "--initial-branch=main");
    commit();
    git("tag", "v1");
    write(200);
    commit();
    const { status, output } = run();
    assert.equal(status, 1);
    assert.match(output, REFUSED);
    assert.equal(run("--base", "HEAD").status, 0);
    assert.match(run("--base", "HEAD~1").output, REFUSED);
    assert.deepEqual(run("--base", "no-such"), {
      status: 1,
      output: 'Unknown commit "no-such"; use a branch, tag or commit that git has fetched.\n',
    });
  });

  it("compares a branch with its merge base, and the remote's default branch with the last tag", (t) => {
    const { git, write, commit, run } = project(t);
    git("init", "--quiet", "--initial-branch=main");
    commit();
    git("update-ref", "refs/remotes/origin/main", "HEAD");
    write(200);
    assert.match(run().output, /nothing to compare/);
    commit();
    assert.match(run().output, REFUSED);
    git("update-ref", "refs/remotes/origin/main", "HEAD");
    git("tag", "v1", "HEAD~1");
    assert.match(run().output, REFUSED);
  });

  it("accepts only the changes that contract-changes.md declares with a reason", (t) => {
    const { folder, git, write, commit, run } = project(t);
    git("init", "--quiet", "--initial-branch=main");
    commit();
    git("tag", "v1");
    write(200);
    const declare = (row: string) =>
      writeFileSync(
        join(folder, "contract-changes.md"),
        `| Operation | Field | Reason |\n|---|---|---|\n${row}\n`,
      );
    declare("| `GET /v1` | `404` | It was never sent. |");
    assert.match(run().output, /^No undeclared breaking changes since v1 \(declared: 1\)\./);
    declare("| `GET /v1` | `409` | It was never sent. |");
    assert.match(run().output, REFUSED);
    declare("| `GET /v1` | `404` | |");
    assert.match(run().output, /does not give a reason for GET \/v1, 404/);
  });
});
