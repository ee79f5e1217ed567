import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, globSync, realpathSync } from "node:fs";
import { appendFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { copyRepository } from "./copy-repository.ts";

describe("a copy of the repository", () => {
  let copy: string;
  before(async () => {
    copy = await copyRepository();
    spawnSync("git", ["init", "--quiet"], { cwd: copy });
  });
  after(() => rm(copy, { recursive: true }));

  function run(cwd: string, ...args: string[]): string {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
    assert.equal(status, 0, stderr);
    return stdout;
  }

  it("uses its own packages, and third-party packages from the original", async () => {
    await appendFile(join(copy, "packages/kit/src/index.ts"), 'export const MARK = "of the copy";\n');
    const program = `
      const [own, foreign] = process.argv.slice(1);
      console.log((await import(own)).MARK);
      console.log(import.meta.resolve(foreign));`;
    const names = ["@lambda-express-api/kit", "zod"];
    const [mark, zod = ""] = run(copy, "--input-type=module", "--eval", program, ...names).split("\n");
    assert.equal(mark, "of the copy");
    assert.ok(zod.startsWith(`file://${realpathSync("node_modules/zod")}`), zod);
  });

  it("has the versions of its packages' dependencies", () => {
    const own = globSync("packages/*/node_modules");
    assert.deepEqual(globSync("packages/*/node_modules", { cwd: copy }), own);
  });

  it("does not have a folder that is left out", async (t) => {
    const folder = "packages/gateway/examples/";
    const without = await copyRepository(copy, folder);
    t.after(() => rm(without, { recursive: true }));
    assert.deepEqual([existsSync(join(copy, folder)), existsSync(join(without, folder))], [true, false]);
  });
});
