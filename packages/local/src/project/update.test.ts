import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { promisify } from "node:util";

const CLI = join(import.meta.dirname, "../cli.ts");
const MANIFEST = '{ "dependencies": { "@lambda-express-api/kit": "0.1.0" } }\n';
const VENDORED =
  '{ "dependencies": { "@lambda-express-api/kit": "file:vendor/lambda-express-api-kit-0.1.0.tgz" } }\n';

/** A folder beside which the test may put others. */
async function projectWith(t: TestContext, manifest: string): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), "update-"));
  t.after(() => rm(parent, { recursive: true }));
  const folder = join(parent, "project");
  await mkdir(join(folder, "vendor"), { recursive: true });
  await mkdir(join(parent, "packages"));
  await writeFile(join(folder, "package.json"), manifest);
  return folder;
}

/** Runs the command with a program in place of npm. */
async function updateWith(npm: string, folder: string, args: readonly string[]) {
  const bin = join(folder, "../bin");
  await mkdir(bin, { recursive: true });
  for (const command of ["npm", "npx"]) await writeFile(join(bin, command), npm, { mode: 0o755 });
  const env = { ...process.env, PATH: [bin, process.env.PATH].join(delimiter) };
  return run(folder, args, env);
}

function run(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  return promisify(execFile)(process.execPath, [CLI, "update", ...args], { cwd, env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

describe("npm run --silent update, if the registry does not have the packages (with a stand-in for the registry),", () => {
  const updateFromNothing = async (t: TestContext, folder: string) => {
    const registry = createServer((_request, response) => void response.writeHead(404).end("{}"));
    t.after(() => registry.close());
    await once(registry.listen(0, "127.0.0.1"), "listening");
    const { port } = registry.address() as AddressInfo;
    await writeFile(join(folder, ".npmrc"), `registry=http://127.0.0.1:${port}/\n`);
    const env = { ...process.env, npm_config_loglevel: "silent", npm_config_cache: join(folder, "cache") };
    return run(folder, [], env);
  };

  it("says why npm failed, and keeps package.json", async (t) => {
    const folder = await projectWith(t, MANIFEST);
    const { code, stderr } = await updateFromNothing(t, folder);
    assert.equal(code, 1);
    assert.match(stderr, /^npm view @lambda-express-api\/kit version failed: npm error code E404\n/);
    assert.equal(await readFile(join(folder, "package.json"), "utf8"), MANIFEST);
  });

  it("asks a project with vendor for the folder, and says how to make the archives", async (t) => {
    const folder = await projectWith(t, VENDORED);
    const { code, stderr } = await updateFromNothing(t, folder);
    assert.equal(code, 1);
    assert.equal(
      stderr,
      "This project keeps the kit's packages as archives in vendor, because the registry does not have them; enter the folder that contains the new archives: npm run update -- ../packages. To create the archives, run npm run pack -- ../packages in a clone of the kit's repository.\n",
    );
  });
});

describe("npm run update -- FOLDER (with a stand-in for npm)", () => {
  const archive = (version: string) => `lambda-express-api-kit-${version}.tgz`;

  for (const named of ["vendor", "./vendor/", "../packages"])
    it(`installs the newest archives of ${named}, and leaves no others in vendor`, async (t) => {
      const folder = await projectWith(t, MANIFEST);
      await writeFile(join(folder, "vendor", archive("0.1.0")), "old");
      await writeFile(join(folder, "vendor/others.tgz"), "the owner's");
      await writeFile(join(folder, named, archive("0.10.0")), "new");
      for (const version of ["0.9.0", "0.10.0-rc.1"])
        await writeFile(join(folder, named, archive(version)), "between");

      const { code } = await updateWith('#!/bin/sh\necho "$@" >> calls\n', folder, [named]);
      assert.equal(code, 0);
      assert.deepEqual((await readdir(join(folder, "vendor"))).sort(), [archive("0.10.0"), "others.tgz"]);
      assert.equal(await readFile(join(folder, "vendor", archive("0.10.0")), "utf8"), "new");
      const { dependencies } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
      const source = `file:vendor/${archive("0.10.0")}`;
      assert.deepEqual(dependencies, { "@lambda-express-api/kit": source });
      // npm would keep an installed archive of the same version that is not named.
      const [install] = (await readFile(join(folder, "calls"), "utf8")).split("\n");
      assert.equal(install, `install --no-audit --no-fund ${source}`);
    });

  it("warns of a version that is older than the installed one", async (t) => {
    const folder = await projectWith(t, MANIFEST);
    const installed = join(folder, "node_modules/@lambda-express-api/kit");
    await mkdir(installed, { recursive: true });
    await writeFile(join(installed, "package.json"), '{ "version": "0.10.0" }');
    await writeFile(join(folder, "../packages", archive("0.9.0")), "");
    const npm = `#!/bin/sh\necho '{ "version": "0.9.0" }' > node_modules/@lambda-express-api/kit/package.json\n`;
    const { stdout } = await updateWith(npm, folder, ["../packages"]);
    assert.match(
      stdout,
      /^0\.10\.0 -> 0\.9\.0\n\nWarning: 0\.9\.0 is older than 0\.10\.0, the version that was installed\.\n/,
    );
  });

  it("keeps package.json and vendor if npm fails", async (t) => {
    const folder = await projectWith(t, VENDORED);
    await writeFile(join(folder, "vendor", archive("0.1.0")), "old");
    await writeFile(join(folder, "../packages", archive("0.2.0")), "corrupt");
    const npm = "#!/bin/sh\necho 'npm error code TAR_BAD_ARCHIVE' >&2\nexit 1\n";
    const { code, stderr } = await updateWith(npm, folder, ["../packages"]);
    assert.equal(code, 1);
    assert.match(stderr, /^npm install [^\n]+ failed: npm error code TAR_BAD_ARCHIVE\n$/);
    assert.equal(await readFile(join(folder, "package.json"), "utf8"), VENDORED);
    assert.deepEqual(await readdir(join(folder, "vendor")), [archive("0.1.0")]);
    assert.equal(await readFile(join(folder, "vendor", archive("0.1.0")), "utf8"), "old");
  });

  it("refuses a folder without the newest version of every package, and changes nothing", async (t) => {
    const folder = await projectWith(t, VENDORED);
    await writeFile(join(folder, "vendor", archive("0.1.0")), "old");
    const empty = await updateWith("#!/bin/sh\n", folder, ["../packages"]);
    assert.match(
      empty.stderr,
      /packages does not contain any of the kit's archives, such as lambda-express-api-kit-0\.1\.0\.tgz\. To create/,
    );
    await writeFile(join(folder, "../packages", archive("0.1.0")), "");
    await writeFile(join(folder, "../packages/lambda-express-api-local-0.2.0.tgz"), "");
    const { code, stderr } = await updateWith("#!/bin/sh\n", folder, ["../packages"]);
    assert.equal(code, 1);
    assert.match(stderr, /packages does not contain version 0\.2\.0 of @lambda-express-api\/kit\.\n$/);
    assert.equal(await readFile(join(folder, "vendor", archive("0.1.0")), "utf8"), "old");
  });
});

it("npm run update refuses options, because it has none", async () => {
  await assert.rejects(promisify(execFile)(process.execPath, [CLI, "update", "--latest"]), {
    code: 1,
    stderr: "Enter at most one folder of archives: npm run update -- ../packages\n",
  });
});
