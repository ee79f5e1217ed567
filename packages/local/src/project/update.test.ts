import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { promisify } from "node:util";

const CLI = join(import.meta.dirname, "../cli.ts");
const MANIFEST = '{ "dependencies": { "@lambda-express-api/kit": "0.1.0" } }\n';

it("npm run --silent update says why npm failed, and restores package.json (with a stand-in for the registry)", async (t) => {
  const registry = createServer((_request, response) => void response.writeHead(404).end("{}"));
  t.after(() => registry.close());
  await once(registry.listen(0, "127.0.0.1"), "listening");
  const folder = await mkdtemp(join(tmpdir(), "update-"));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "package.json"), MANIFEST);
  const { port } = registry.address() as AddressInfo;
  await writeFile(join(folder, ".npmrc"), `registry=http://127.0.0.1:${port}/\n`);

  const env = { ...process.env, npm_config_loglevel: "silent", npm_config_cache: join(folder, "cache") };
  const { code, stderr } = await promisify(execFile)(process.execPath, [CLI, "update"], {
    cwd: folder,
    env,
  }).then(
    () => assert.fail("It must fail"),
    (error) => error,
  );
  assert.equal(code, 1);
  assert.match(stderr, /^npm view @lambda-express-api\/kit version failed: npm error code E404\n/);
  assert.equal(await readFile(join(folder, "package.json"), "utf8"), MANIFEST);
});

it("npm run update refuses options, because it has none", async () => {
  await assert.rejects(promisify(execFile)(process.execPath, [CLI, "update", "--latest"]), {
    code: 1,
    stderr: "Name at most one folder of archives: npm run update -- ../packages\n",
  });
});
