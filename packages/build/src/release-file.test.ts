import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { readRelease } from "@lambda-express-api/kit/release.ts";
import { commitOf, writeReleaseFile } from "./release-file.ts";

const OTHERS = { GITHUB_SHA: "of-github", CODEBUILD_RESOLVED_SOURCE_VERSION: "of-codebuild" };

describe("the release file", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "release-file-"));
    writeFileSync(join(root, "package.json"), '{"version":"1.2.3"}');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=A Test", "-c", "user.email=test@example.com", ...args], {
      cwd: root,
      encoding: "utf8",
    }).trim();

  function commit(): string {
    git("init", "--quiet");
    git("add", ".");
    git("commit", "--quiet", "--message=one");
    // A tag must not become the name of the commit.
    git("tag", "v1.2.3");
    return git("rev-parse", "HEAD");
  }

  it("tells the API its version and the current commit", () => {
    const head = commit();
    writeReleaseFile(root, root, "1.2.3", OTHERS);
    assert.deepEqual(readRelease(root), { version: "1.2.3", commit: head });
  });

  it("marks a commit with changed files as dirty", () => {
    const head = commit();
    writeFileSync(join(root, "package.json"), '{"version":"1.2.4"}');
    assert.equal(commitOf(root, OTHERS), `${head}-dirty`);
  });

  it("has the CI's commit where there is no repository, and prefers COMMIT to any other", () => {
    // Repositories above the temporary folder must not be found.
    const noGit = { ...OTHERS };
    writeFileSync(join(root, ".git"), "gitdir: nowhere\n");
    assert.equal(commitOf(root, noGit), "of-github");
    assert.equal(commitOf(root, { ...noGit, GITHUB_SHA: "" }), "of-codebuild");
    assert.equal(commitOf(root, {}), "unknown");
    assert.equal(commitOf(root, { ...noGit, COMMIT: "of-the-build" }), "of-the-build");
  });
});
