import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { copyRepository } from "./copy-repository.ts";

const NOTES =
  "# Changelog\n\n## Unreleased\n\n### Added\n\n- $& and more.\n\n## 0.0.1 - 2026-01-01\n\n- The first.\n";

describe("npm version", () => {
  let copy: string;
  before(async () => {
    copy = await copyRepository();
    writeFileSync(join(copy, "CHANGELOG.md"), NOTES);
    git("init", "--quiet");
    git("config", "user.name", "A Test");
    git("config", "user.email", "test@example.com");
    git("add", ".");
    git("commit", "--quiet", "--message=before");
  });
  after(() => rm(copy, { recursive: true }));

  function run(command: string, ...args: string[]) {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: copy, encoding: "utf8" });
    return { status, output: stdout + stderr };
  }
  function git(...args: string[]): string {
    const { status, output } = run("git", ...args);
    assert.equal(status, 0, output);
    return output.trim();
  }
  const read = (file: string) => readFileSync(join(copy, file), "utf8");

  it("creates a commit and a tag with one version for all packages", () => {
    const { status, output } = run("npm", "version", "7.8.9");
    assert.equal(status, 0, output);
    assert.equal(git("status", "--porcelain"), "");
    assert.equal(git("tag", "--points-at", "HEAD"), "v7.8.9");
    const manifests = ["package.json", ...globSync("packages/*/package.json", { cwd: copy })];
    assert.ok(manifests.length > 8);
    const lock = JSON.parse(read("package-lock.json"));
    for (const file of manifests) {
      const manifest = JSON.parse(read(file));
      const locked = lock.packages[file.replace(/\/?package\.json$/, "")];
      for (const { version, dependencies, devDependencies, peerDependencies } of [manifest, locked]) {
        assert.equal(version, "7.8.9", file);
        for (const [name, wanted] of Object.entries({
          ...dependencies,
          ...devDependencies,
          ...peerDependencies,
        }))
          if (name.startsWith("@lambda-express-api/")) assert.equal(wanted, "7.8.9", `${file}: ${name}`);
      }
    }
    assert.equal(JSON.parse(read("docs/openapi.json")).info.version, "7.8.9");
  });

  it("moves the unreleased notes to the version without losing a word", () => {
    const today = new Date().toISOString().slice(0, 10);
    assert.equal(
      read("CHANGELOG.md"),
      NOTES.replace("ed\n\n", () => `ed\n\n## 7.8.9 - ${today}\n\n`),
    );
  });

  it("refuses a version without changes, before it changes a file", () => {
    const { status, output } = run("npm", "version", "7.9.0");
    assert.notEqual(status, 0);
    assert.match(output, /CHANGELOG\.md has nothing under "## Unreleased"; add the changes for users\./);
    assert.equal(git("tag"), "v7.8.9");
    assert.equal(git("status", "--porcelain"), "");
  });
});
