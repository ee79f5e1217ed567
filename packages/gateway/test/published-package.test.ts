// The package as users get it: built, packed, and installed in a folder without this repository.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { assertOrderExample } from "./support/order-example.ts";
import { startExample } from "./support/start-example.ts";

const run = promisify(execFile);
const root = dirname(import.meta.dirname);
const { name } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const watchDirectoryModule = JSON.stringify(`${name}/lambda/watch-directory.ts`);
const repositoryModules = join(root, "../../node_modules");

describe("the published package", () => {
  let temporary = "";
  let folder = "";

  before(async () => {
    temporary = await mkdtemp(join(tmpdir(), "gateway-published-"));
    const packed = join(temporary, "packed");
    folder = join(temporary, "yours");
    const { stdout } = await run(process.execPath, ["scripts/pack.ts", packed, "gateway"], {
      cwd: join(root, "../.."),
    });
    await cp(join(root, "examples"), folder, { recursive: true });
    await writeFile(join(folder, "package.json"), '{ "private": true, "type": "module" }');
    const archive = join(packed, basename(stdout.trim()));
    await npm(["install", "--offline", "--no-audit", "--no-fund", archive], folder);
  });
  after(() => rm(temporary, { recursive: true }));

  it("runs the README's example", (t) => assertOrderExample(t, join(folder, "gateway.ts")));

  it("has the inspector's page", async (t) => {
    const [, inspectorUrl = ""] = await startExample(t, join(folder, "inspected.ts"), {
      INSPECTOR_PORT: "0",
    });
    const page = await (await fetch(inspectorUrl)).text();
    const files = [...page.matchAll(/(?:src|href)="([^":]+)"/g)].map(([, file = ""]) => file);
    assert.ok(files.length > 0, page);
    for (const file of files) assert.equal((await fetch(new URL(file, inspectorUrl))).status, 200, file);
  });

  it("has its modules under the same names as in the sources", async () => {
    const script = `console.log(typeof (await import(${watchDirectoryModule})).watchDirectory)`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script], {
      cwd: folder,
    });
    assert.equal(stdout, "function\n");
  });

  it("has types", async () => {
    const code = (timeout: string) => `
      import type { HttpApi } from ${JSON.stringify(name)};
      import { watchDirectory } from ${watchDirectoryModule};
      export const integration: HttpApi["integration"] = ${timeout};
      watchDirectory(".", () => {}).close();`;
    await writeFile(
      join(folder, "right.ts"),
      code('{ payloadFormatVersion: "2.0", timeoutMilliseconds: 50 }'),
    );
    await writeFile(
      join(folder, "wrong.ts"),
      code('{ payloadFormatVersion: "1.0", timeoutMilliseconds: 50 }'),
    );
    await typeCheck("right.ts", "gateway.ts", "inspected.ts");
    await assert.rejects(typeCheck("wrong.ts"), { stdout: /^wrong\.ts.*"1\.0"[^\n]*\n[^\n]*\n?$/s });
  });

  function npm(arguments_: string[], cwd: string) {
    return run("npm", ["--cache", join(temporary, "cache"), ...arguments_], { cwd });
  }

  async function typeCheck(...files: string[]): Promise<void> {
    const compiler = createRequire(import.meta.url).resolve("typescript/package.json");
    const options = ["--noEmit", "--strict", "--target", "es2024", "--module", "nodenext"];
    const types = ["--allowImportingTsExtensions", "--types", "node"];
    const typeRoots = ["--typeRoots", join(repositoryModules, "@types")];
    await run(
      process.execPath,
      [join(dirname(compiler), "bin/tsc"), ...options, ...types, ...typeRoots, ...files],
      { cwd: folder },
    );
  }
});
