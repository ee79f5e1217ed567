import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { copyRepository } from "./copy-repository.ts";

it("who has added the README's example can have it added again, in a copy", async (t) => {
  const repository = await copyRepository();
  t.after(() => rm(repository, { recursive: true }));
  const add = (cwd: string) => {
    const args = ["scripts/new-endpoint.ts", "GET", "/v1/orders/{orderId}", "--access", "groups:STAFF"];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
    assert.equal(status, 0, stderr);
  };
  add(repository);
  spawnSync("git", ["init", "--quiet"], { cwd: repository });
  await writeFile(join(repository, ".git/info/exclude"), "node_modules\npackages/api/assets\n");

  const copy = await copyRepository(repository);
  t.after(() => rm(copy, { recursive: true }));
  add(copy);
});
