import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { type Files, routeSource, SMALL_ENTRIES, writeApi } from "../test/support/write-api.ts";
import { buildContainer } from "./container.ts";
import { buildLambda } from "./lambda.ts";

const HERE = process.arch === "arm64" ? "arm64" : "x64";
const OTHER = HERE === "arm64" ? "x64" : "arm64";
const MACHINES = { x64: 0x3e, arm64: 0xb7 };

const manifest = (name: string, more: object = {}) => JSON.stringify({ name, version: "1.0.0", ...more });

/** A package with one addon package for each machine, loaded on first use. */
const native = (...machines: readonly ("x64" | "arm64")[]): Files => ({
  "node_modules/native/package.json": manifest("native", {
    optionalDependencies: { "native-linux-x64": "1.0.0", "native-linux-arm64": "1.0.0" },
  }),
  "node_modules/native/index.js": "require.resolve('native-linux-' + process.arch); exports.two = 2;",
  ...Object.fromEntries(
    machines.map((cpu) => [
      `node_modules/native-linux-${cpu}/package.json`,
      manifest(`native-linux-${cpu}`, { main: "addon.node", os: ["linux"], cpu: [cpu] }),
    ]),
  ),
});

describe("a package that is not bundled", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "external-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const out = (...path: string[]) => join(folder, "out", ...path);

  async function write(before: string, answer: string, files: Files): Promise<void> {
    const health = ["get-health.ts", routeSource("GET /health", { role: "health" })] as const;
    const source = routeSource("GET /uses", { before, answer });
    const routes = { "GET /health": health, "GET /uses": ["get-uses.ts", source] } as const;
    await writeApi(folder, routes, { ...SMALL_ENTRIES, ...files });
  }

  async function writeAddon(path: string, cpu: "x64" | "arm64"): Promise<void> {
    const header = Buffer.alloc(64);
    header.write("\x7fELF", "latin1");
    header.writeUInt16LE(MACHINES[cpu], 18);
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), header);
  }

  const build = (architecture: "x64" | "arm64") => buildLambda(folder, { out: out(), architecture });

  it("is copied with its addon for the function's machine, and with no other", async () => {
    await write('import { two } from "native";', "two", native("x64", "arm64"));
    for (const cpu of ["x64", "arm64"] as const)
      await writeAddon(`node_modules/native-linux-${cpu}/addon.node`, cpu);
    for (const cpu of [HERE, OTHER] as const) {
      await build(cpu);
      assert.ok(existsSync(out("node_modules/native/index.js")));
      assert.ok(existsSync(out(`node_modules/native-linux-${cpu}/addon.node`)), cpu);
      const wrong = cpu === "x64" ? "arm64" : "x64";
      assert.ok(!existsSync(out(`node_modules/native-linux-${wrong}`)), wrong);
    }
  });

  it("may lack an addon for the building machine: endpoints that need it are not rehearsed", async () => {
    await write('import { two } from "native";', "two", native(OTHER));
    await writeAddon(`node_modules/native-linux-${OTHER}/addon.node`, OTHER);
    await build(OTHER);
    assert.ok(existsSync(out(`node_modules/native-linux-${OTHER}/addon.node`)));
    assert.ok(existsSync(out("bundle.mjs")));
  });

  it("fails the build if its addon for the function's machine is not installed, and says how to install it", async () => {
    await write('import { two } from "native";', "two", native(HERE));
    await writeAddon(`node_modules/native-linux-${HERE}/addon.node`, HERE);
    await assert.rejects(build(OTHER), {
      message: `node_modules does not contain the addon of native for linux-${OTHER}; run: npm install --os=linux --cpu=${OTHER}`,
    });
  });

  it("fails the build if its addon is for another machine by its ELF header, and says where to build one that was compiled", async () => {
    await write('import { two } from "native"; import { three } from "compiled";', "two + three", {
      ...native(HERE),
      "node_modules/compiled/package.json": manifest("compiled", { gypfile: true }),
      "node_modules/compiled/index.js": "exports.three = 3;",
    });
    await writeAddon(`node_modules/native-linux-${HERE}/addon.node`, OTHER);
    await writeAddon("node_modules/compiled/build/Release/addon.node", OTHER);
    await assert.rejects(build(HERE), ({ message }: Error) => {
      const [installed, compiled, ...others] = message.split("\n");
      assert.match(
        installed ?? "",
        new RegExp(`^node_modules does not contain the addon of native for linux-${HERE}; run: npm install`),
      );
      assert.match(
        compiled ?? "",
        /^compiled does not include an addon for linux-\w+, because npm .* in a container/,
      );
      assert.deepEqual(others, []);
      return true;
    });
  });

  it("may be named in build.external, and is copied with its dependencies, each in its version", async () => {
    await write('import { versions } from "reads-files";', "versions()", {
      "package.json": '{ "type": "module", "build": { "external": ["reads-files"] } }',
      "node_modules/reads-files/package.json": manifest("reads-files", {
        dependencies: { part: "1", other: "1" },
      }),
      "node_modules/reads-files/index.js":
        'exports.versions = () => [require("part").version, require("other").version, require("node:fs").readFileSync(__dirname + "/data.txt", "utf8")];',
      "node_modules/reads-files/data.txt": "data",
      "node_modules/part/package.json": manifest("part"),
      "node_modules/part/index.js": "exports.version = 1;",
      "node_modules/other/package.json": manifest("other", { dependencies: { part: "2" } }),
      "node_modules/other/index.js": 'exports.version = "other of " + require("part").version;',
      "node_modules/other/node_modules/part/package.json": manifest("part"),
      "node_modules/other/node_modules/part/index.js": "exports.version = 2;",
    });
    await build(HERE);
    await buildContainer(folder, join(folder, "container"));
    await rm(join(folder, "node_modules"), { recursive: true });
    for (const built of ["out", "container"]) {
      const { versions } = await import(join(folder, built, "node_modules/reads-files/index.js"));
      assert.deepEqual(versions(), [1, "other of 2", "data"], built);
    }
    assert.equal(await readFile(out("node_modules/reads-files/data.txt"), "utf8"), "data");
  });

  it("is bundled if it is the API's own CommonJS, which must therefore work in strict mode", async () => {
    await write('import legacy from "../legacy.cjs";', "legacy", { "src/legacy.cjs": "leaked = 1;" });
    await assert.rejects(
      build(HERE),
      /src\/legacy\.cjs works only in sloppy mode, .*: declare every variable/,
    );
  });

  for (const [external, message] of [
    [
      '"pdfkit"',
      /build\.external in .*package\.json must be a list of package names, for example \["pdfkit"\]/,
    ],
    ['["not-there"]', /build\.external lists not-there, which is not installed; run: npm install not-there/],
  ] as const) {
    it(`is refused if build.external is ${external}`, async () => {
      await write("", "1", { "package.json": `{ "type": "module", "build": { "external": ${external} } }` });
      await assert.rejects(build(HERE), message);
    });
  }
});
