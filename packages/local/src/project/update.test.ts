import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
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

for (const named of ["vendor", "./vendor/", "../packages"])
  it(`npm run update -- ${named} installs the folder's archives, and leaves no others in vendor (with a stand-in for npm)`, async (t) => {
    const parent = await mkdtemp(join(tmpdir(), "update-"));
    t.after(() => rm(parent, { recursive: true }));
    const folder = join(parent, "project");
    await mkdir(join(folder, "vendor"), { recursive: true });
    await mkdir(join(parent, "packages"));
    await mkdir(join(parent, "bin"));
    await writeFile(join(folder, "package.json"), MANIFEST);
    await writeFile(join(folder, "vendor/lambda-express-api-kit-0.1.0.tgz"), "old");
    await writeFile(join(folder, "vendor/others.tgz"), "the owner's");
    await writeFile(join(folder, named, "lambda-express-api-kit-0.10.0.tgz"), "new");
    await writeFile(join(folder, named, "lambda-express-api-kit-0.9.0.tgz"), "between");
    for (const command of ["npm", "npx"])
      await writeFile(join(parent, "bin", command), "#!/bin/sh\n", { mode: 0o755 });

    const env = { ...process.env, PATH: [join(parent, "bin"), process.env.PATH].join(delimiter) };
    await promisify(execFile)(process.execPath, [CLI, "update", named], { cwd: folder, env });
    const archive = "lambda-express-api-kit-0.10.0.tgz";
    assert.deepEqual((await readdir(join(folder, "vendor"))).sort(), [archive, "others.tgz"]);
    assert.equal(await readFile(join(folder, "vendor", archive), "utf8"), "new");
    const { dependencies } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    assert.deepEqual(dependencies, { "@lambda-express-api/kit": `file:vendor/${archive}` });
  });

it("npm run update refuses options, because it has none", async () => {
  await assert.rejects(promisify(execFile)(process.execPath, [CLI, "update", "--latest"]), {
    code: 1,
    stderr: "Name at most one folder of archives: npm run update -- ../packages\n",
  });
});
