import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { importFaults } from "./check-imports.ts";

const PACKAGES = ["kit", "gateway", "build", "infra", "delivery", "local", "api"] as const;
const name = (folder: string) => `@lambda-express-api/${folder}`;

describe("the check of imports", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "imports-"));
    write("package.json", JSON.stringify({ devDependencies: { yaml: "2.9.1" } }));
    for (const folder of PACKAGES) declare(folder, { dependencies: {} });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function write(file: string, text: string): void {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  /** A manifest that declares every package, so that only directions count. */
  function declare(folder: string, manifest: { readonly dependencies?: object }): void {
    const own = Object.fromEntries(PACKAGES.map((other) => [name(other), "0.1.0"]));
    const dependencies = { ...own, ...manifest.dependencies };
    write(`packages/${folder}/package.json`, JSON.stringify({ ...manifest, dependencies }));
  }
  function faultsOf(file: string, text: string): string[] {
    write(file, text);
    return importFaults(root);
  }

  for (const [from, to] of [
    ["kit", "api"],
    ["kit", "build"],
    ["gateway", "kit"],
    ["build", "api"],
    ["build", "gateway"],
    ["infra", "api"],
    ["infra", "delivery"],
    ["delivery", "api"],
    ["delivery", "local"],
    ["local", "api"],
    ["api", "infra"],
  ] as const) {
    it(`refuses imports of ${to} in ${from}`, () => {
      const file = `packages/${from}/src/a.ts`;
      assert.deepEqual(faultsOf(file, `import { a } from "${name(to)}/a.ts";\n`), [
        `${file} must not import ${name(to)}`,
      ]);
    });
  }

  it("lets an example import only its own files and what packages export by name", () => {
    const exports = { ".": "./src/index.ts", "./testing": "./src/testing/index.ts", "./*": "./src/*" };
    write("packages/kit/package.json", JSON.stringify({ exports }));
    write("examples/shop/package.json", JSON.stringify({ dependencies: { [name("kit")]: "0.1.0" } }));
    const file = "examples/shop/src/a.ts";
    for (const fine of [name("kit"), `${name("kit")}/testing`, "../b.ts"])
      assert.deepEqual(faultsOf(file, `import { a } from "${fine}";\n`), []);
    for (const [imported, fault] of [
      [`${name("kit")}/app.ts`, `${file} imports ${name("kit")}/app.ts, which a created project cannot`],
      [
        "../../../packages/kit/src/app.ts",
        `${file} reaches out of its project: ../../../packages/kit/src/app.ts`,
      ],
      [name("local"), `${file} imports ${name("local")}, which examples/shop/package.json does not declare`],
    ] as const)
      assert.deepEqual(faultsOf(file, `import { a } from "${imported}";\n`), [fault]);
  });

  for (const folder of ["kit", "build", "gateway", "infra", "delivery", "local"]) {
    it(`refuses imports of the app in tests of ${folder}, beside the sources and in test`, () => {
      write(`packages/${folder}/src/a.test.ts`, `import { api } from "${name("api")}/api.ts";\n`);
      write(`packages/${folder}/test/b.ts`, 'import { api } from "../../api/src/api.ts";\n');
      assert.deepEqual(importFaults(root), [
        `packages/${folder}/src/a.test.ts must not import ${name("api")}`,
        `packages/${folder}/test/b.ts reaches out of its package: ../../api/src/api.ts`,
        `packages/${folder}/test/b.ts:1 names ../../api/, which owners may change; use a fixture`,
      ]);
    });
  }

  for (const [file, line, named] of [
    ["packages/local/src/a.test.ts", 'run(["--api", "packages/api"]);', "packages/api"],
    ["packages/local/test/a.ts", 'new URL("../../api", import.meta.url);', '../../api"'],
    [
      "packages/infra/test/a.test.ts",
      'new URL("../../../docs/guides/deploy.md", import.meta.url);',
      "docs/guides/",
    ],
    ["packages/kit/src/errors/a.test.ts", 'readdirSync("docs/errors/");', "docs/errors/"],
    ["packages/local/src/a.test.ts", 'run(["--api", "examples/orders"]);', "examples/orders"],
    ["scripts/a.test.ts", 'import { api } from "../packages/api/src/api.ts";', "packages/api"],
  ] as const)
    it(`refuses ${named} in the test ${file}`, () => {
      assert.deepEqual(faultsOf(file, `export {};\n${line}\n`), [
        `${file}:2 names ${named}, which owners may change; use a fixture`,
      ]);
    });

  for (const [file, line] of [
    ["packages/api/test/a.test.ts", 'read("packages/api/README.md");'],
    ["packages/delivery/test/guides.suite.ts", 'read("docs/guides/release.md");'],
    ["packages/build/src/a.ts", "// For example: --api packages/api"],
    ["packages/local/test/a.test.ts", 'import { api } from "./fixtures/api/src/api.ts";'],
    ["scripts/a.suite.ts", 'read("packages/api/src/api.ts");'],
  ] as const)
    it(`accepts in ${file}: ${line}`, () => assert.deepEqual(faultsOf(file, `export {};\n${line}\n`), []));

  for (const [what, statement] of [
    ["for its types", `import type { Api } from "${name("api")}/api.ts";`],
    ["for its effects", `import "${name("api")}/api.ts";`],
    ["on demand", `export const load = () => import("${name("api")}/api.ts");`],
    ["and re-exports it", `export * from "${name("api")}/api.ts";`],
    ["by resolving it", `export const url = import.meta.resolve("${name("api")}/api.ts");`],
  ]) {
    it(`refuses a module that imports the app ${what}`, () => {
      assert.deepEqual(faultsOf("packages/kit/src/a.ts", `${statement}\n`), [
        `packages/kit/src/a.ts must not import ${name("api")}`,
      ]);
    });
  }

  it("refuses undeclared packages, and in sources packages for tests only", () => {
    declare("build", { devDependencies: { left: "1" } } as object);
    write("packages/build/src/a.ts", 'import left from "left";\nimport { right } from "right/deep";\n');
    write("packages/build/src/a.test.ts", 'import left from "left";\n');
    write("scripts/b.ts", 'import { parse } from "yaml";\nimport { up } from "@up/stairs/x.js";\n');
    assert.deepEqual(importFaults(root), [
      "packages/build/src/a.ts imports left, which packages/build/package.json does not declare for it",
      "packages/build/src/a.ts imports right, which packages/build/package.json does not declare for it",
      "scripts/b.ts imports @up/stairs, which package.json does not declare",
    ]);
  });

  it("accepts an optional peer only in modules for owners' tests, and a required peer everywhere", () => {
    const peerDependencies = { required: "1", optional: "1" };
    declare("kit", { peerDependencies, peerDependenciesMeta: { optional: { optional: true } } } as object);
    for (const file of ["src/a.ts", "src/testing/b.ts", "src/c.test.ts"])
      write(`packages/kit/${file}`, 'import "required";\nimport optional from "optional";\n');
    assert.deepEqual(importFaults(root), [
      "packages/kit/src/a.ts imports optional, which packages/kit/package.json does not declare for it",
    ]);
  });

  it("accepts types from a development dependency", () => {
    declare("kit", { devDependencies: { "@types/lambda": "1" } } as object);
    const [fault, ...others] = faultsOf(
      "packages/kit/src/a.ts",
      'import type { Event } from "lambda";\nimport { handler } from "lambda";\n',
    );
    assert.match(fault ?? "", /imports lambda/);
    assert.deepEqual(others, []);
    assert.deepEqual(faultsOf("packages/kit/src/a.ts", 'import type { Event } from "lambda";\n'), []);
  });

  it("lets the app's tests use infra and the local stack", () => {
    write(
      "packages/api/test/a.test.ts",
      `import "${name("infra")}/a.ts";\nimport "${name("local")}/b.ts";\n`,
    );
    assert.deepEqual(importFaults(root), []);
  });

  it("accepts Node's modules, a package's own name and texts that look like imports", () => {
    const text =
      'import { join } from "node:path";\nimport { a } from "./a.ts";\nimport { b } from "@lambda-express-api/kit/b.ts";\n' +
      'export const text = `\nimport x from "x";\nawait import("y");\n`;\n' +
      `export const other = 'import("z")';\n`;
    assert.deepEqual(faultsOf("packages/kit/src/c.ts", text), []);
  });
});
