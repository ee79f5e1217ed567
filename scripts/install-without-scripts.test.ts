/** Tests an install with `npm ci --ignore-scripts`, which lacks Node 24 and the files of the docs pages. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { copyRepository } from "./copy-repository.ts";

const DEMAND = fileURLToPath(new URL("demand-node.js", import.meta.url));

for (const [version, status] of [
  ["20.20.2", 1],
  ["24.3.0", 0],
  ["26.0.0", 0],
] as const)
  it(`the scripts ${status === 0 ? "start" : "say what to run"} with Node ${version} (faked)`, () => {
    const versions = `Object.defineProperty(process, "versions", { value: { node: "${version}" } })`;
    const preload = `data:text/javascript,${encodeURIComponent(versions)}`;
    const run = spawnSync(process.execPath, ["--import", preload, DEMAND], { encoding: "utf8" });
    assert.equal(run.status, status);
    if (status === 1)
      assert.match(
        run.stderr,
        /^The scripts need Node .*, but this is Node 20\.20\.2\. .* run: npm rebuild node\n$/,
      );
    else assert.equal(run.stderr, "");
  });

it("npm start and npm run dev check the Node version first", () => {
  const { scripts } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  for (const name of ["prestart", "predev", "pretest"])
    assert.match(scripts[name], /^node scripts\/demand-node\.js/);
});

it("npm start builds missing files of the docs pages, and the pages use them", async (t) => {
  const copy = await copyRepository();
  t.after(() => rm(copy, { recursive: true, force: true }));
  const list = join(copy, "packages/kit/assets/docs-pages.json");
  const expected = await readFile(list, "utf8");
  await rm(join(copy, "packages/kit/assets"), { recursive: true });

  const program = [
    "packages/local/src/start.ts",
    "--api",
    "packages/local/test/fixtures/members",
    "--port",
    "0",
  ];
  const stack = spawn(process.execPath, program, { cwd: copy, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  for await (const chunk of stack.stdout.iterator({ destroyOnReturn: false })) {
    output += chunk;
    if (output.includes("Ctrl-C")) break;
  }
  stack.stdout.resume();
  const [, page = ""] = /Docs +(\S+)/.exec(output) ?? [];
  const html = await (await fetch(page)).text();
  const asset = /(?:src|href)="(\.\/docs\/[^"]+\.js[^"]*)"/.exec(html)?.[1] ?? "";
  const { status } = await fetch(new URL(asset, page));
  stack.kill("SIGTERM");
  await once(stack, "exit");
  assert.deepEqual([status, await readFile(list, "utf8")], [200, expected]);
});
