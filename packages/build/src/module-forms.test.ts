/**
 * What an API gets from a module, imported in each form: from source, in the built function, in the built
 * container.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { noIssuer, testEnvironment } from "@lambda-express-api/kit/testing/test-environment.ts";
import { FIXTURE } from "../test/fixtures/fixture.ts";
import { greetAda } from "../test/support/greet-ada.ts";
import { routeSource, writeApi } from "../test/support/write-api.ts";
import { buildContainer } from "./container.ts";
import { buildLambda } from "./lambda.ts";

const manifest = (more: object = {}) => JSON.stringify({ name: "x", version: "1.0.0", ...more });
const ESM = manifest({ type: "module", exports: "./index.js" });

/** Packages by name, with their files. */
const PACKAGES: Record<string, Readonly<Record<string, string>>> = {
  "cjs-named": {
    "package.json": manifest(),
    "index.js": "exports.Client = class Client { constructor(n) { this.n = n } }; exports.two = 2;",
  },
  "cjs-function": {
    "package.json": manifest(),
    "index.js": "module.exports = function f() { return 'f' }; module.exports.helper = () => 'h';",
  },
  "cjs-class-default": {
    "package.json": manifest(),
    "index.js":
      "Object.defineProperty(exports, '__esModule', { value: true }); exports.default = class Redis {}; exports.Cluster = class Cluster {};",
  },
  "cjs-reserved-names": {
    "package.json": manifest(),
    "index.js": "'use strict'; exports.static = 1; exports.let = 2; exports.yield = 3; exports.delete = 4;",
  },
  "cjs-dynamic-names": {
    "package.json": manifest(),
    "index.js": "for (const name of ['a', 'b']) exports[name] = name; exports.seen = 1;",
  },
  "cjs-primitive": {
    "package.json": manifest(),
    "index.js": "module.exports = 'text'; if (0) exports.never = 1;",
  },
  "cjs-getters": {
    "package.json": manifest(),
    "index.js":
      "Object.defineProperty(exports, 'late', { enumerable: true, get: function () { return require('./late.js').late; } }); Object.defineProperty(exports, 'bad', { enumerable: true, get: function () { throw new Error('bad'); } });",
    "late.js": "exports.late = 'late';",
  },
  "cjs-reexport": {
    "package.json": manifest(),
    "index.js": "module.exports = require('./inner.js');",
    "inner.js": "const star = require('cjs-named'); exports.inner = star.two;",
  },
  "cjs-typescript": {
    "package.json": manifest(),
    "index.js": `"use strict";
var __createBinding = (this && this.__createBinding) || ((o, m, k, k2) => { Object.defineProperty(o, k2 ?? k, { enumerable: true, get: () => m[k] }); });
var __exportStar = (this && this.__exportStar) || function (m, exports) { for (var p in m) if (p !== "default" && !Object.prototype.hasOwnProperty.call(exports, p)) __createBinding(exports, m, p); };
Object.defineProperty(exports, "__esModule", { value: true });
__exportStar(require("./part"), exports);
exports.own = void 0;
exports.own = "own";`,
    "part.js": 'Object.defineProperty(exports, "__esModule", { value: true }); exports.part = "part";',
  },
  "cjs-cycle": {
    "package.json": manifest(),
    "index.js": "exports.first = 1; const b = require('./b.js'); exports.seenByB = b.seen; exports.last = 3;",
    "b.js":
      "const a = require('./index.js'); exports.seen = Object.keys(a).join(); exports.late = () => a.last;",
  },
  "cjs-order": {
    "package.json": manifest(),
    "index.js":
      "const unused = require('./first.js'); exports.order = globalThis.order; globalThis.order = undefined;",
    "first.js": "globalThis.order = 'first was loaded first';",
  },
  "cjs-requires-esm": {
    "package.json": manifest(),
    "index.js": "exports.value = require('esm-named').value;",
  },
  "cjs-json": {
    "package.json": manifest(),
    "index.js": "exports.version = require('./package.json').version;",
  },
  "cjs-imports": {
    "package.json": manifest(),
    "index.js": "exports.load = async () => Object.keys(await import('cjs-named')).sort().join();",
  },
  "esm-named": {
    "package.json": ESM,
    "index.js":
      "export const value = 'v'; export default class Thing {}; export let count = 0; export const add = () => ++count;",
  },
  "esm-star-of-cjs": { "package.json": ESM, "index.js": "export * from 'cjs-named'; export const own = 1;" },
  "esm-star-of-esm": {
    "package.json": ESM,
    "index.js": "export * from 'esm-named'; export * as all from 'cjs-function';",
  },
  "esm-default-of-cjs": {
    "package.json": ESM,
    "index.js":
      "import redis, { Cluster } from 'cjs-class-default'; export default typeof redis; export const cluster = Cluster.name;",
  },
  "esm-relative-of-cjs": {
    "package.json": ESM,
    "index.js":
      "export * from './inner/index.js'; export { default } from './inner/index.js'; export { own } from './own.js'; export * as cjs from './inner.cjs';",
    "own.js": "export const own = 1;",
    "inner.cjs": "exports.fromCjs = require('./inner');",
    "inner/package.json": manifest({ type: "commonjs" }),
    "inner/index.js": "exports.inner = 'inner'; exports.class = 2;",
  },
  "esm-without-type": {
    "package.json": manifest({ main: "index.js" }),
    "index.js": "export const detected = true;",
  },
  dual: {
    "package.json": manifest({
      exports: { module: "./bundlers.js", import: "./index.mjs", require: "./index.cjs" },
    }),
    "bundlers.js": "export const from = 'bundlers';",
    "index.mjs": "export const from = 'import';",
    "index.cjs": "exports.from = 'require';",
  },
  "field-module": {
    "package.json": manifest({ module: "bundlers.js" }),
    "bundlers.js": "export const from = 'bundlers';",
    "index.js": "exports.from = 'main';",
  },
};

/** CommonJS that works in sloppy mode only: each exports a function `run`. */
const SLOPPY: Readonly<Record<string, string>> = {
  "sloppy-undeclared": "exports.run = () => { for (leaked = 0; leaked < 2; leaked++); return leaked; };",
  "sloppy-this": "var root = (function () { return this; })(); exports.run = () => root === globalThis;",
  "sloppy-callee": "exports.run = () => (function () { return typeof arguments.callee; })();",
  "sloppy-arguments": "exports.run = () => (function (a) { a = 2; return arguments[0]; })(1);",
  "sloppy-with": "exports.run = () => { with ({ a: 1 }) return a; };",
  "sloppy-octal": "exports.run = () => 010;",
  "sloppy-parameters": "exports.run = function (a, a) { return a; }.bind(null, 1, 2);",
  "sloppy-delete": "exports.run = () => { var a = 1; return delete a; };",
  "sloppy-names": "var let = 1, static = 2; exports.run = () => let + static;",
  // Found out from its second file only.
  "sloppy-inside":
    "var inner = require('./inner.js'); exports.run = () => inner.run() + require('sloppy-octal').run();",
};
for (const [name, source] of Object.entries(SLOPPY))
  PACKAGES[name] = { "package.json": manifest(), "index.js": source };
PACKAGES["sloppy-inside"] = {
  ...PACKAGES["sloppy-inside"],
  "inner.js": "exports.run = () => (own = 1, own);",
};

/** What strict mode and the text of a file make of an endpoint's code. */
const LANGUAGE = {
  raw: "String.raw`é\\u00e9`",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code
  "tagged template": "tag`a😀${1}\\n`",
  "regular expression": "[/é/u.source, /[à-ü]/.test('é'), /^😀$/u.test('😀')]",
  "text and identifiers": "[ünï, 'é😀', '\u2028'.length, new Private().get()]",
  "write to a frozen object": "refused(() => { (Object.freeze({ a: 1 }) as { a: number }).a = 2; })",
  "write to a text": "refused(() => { ('text' as unknown as { x: number }).x = 1; })",
  "write to a getter": "refused(() => { ({ get a() { return 1; } } as { a: number }).a = 2; })",
  "delete in a frozen object": "refused(() => { delete (Object.freeze({ a: 1 }) as { a?: number }).a; })",
  "undeclared variable": "refused(() => { undeclared = 1; })",
  "this of a function": "typeof thisOf()",
  arguments: "linked(1)",
};

for (const name of ["same-names-1", "same-names-2"]) {
  PACKAGES[name] = {
    "package.json": ESM,
    "index.js":
      "export class Failure extends Error {} export function parse() {} export const format = () => {}; export const Shape = class {};",
  };
}

const statically = (specifier: string, index: number) => `import * as namespace${index} from "${specifier}";`;

/** A description of a namespace: its names and their values; classes and functions by name. */
const DESCRIBE = `
function told(value: unknown): unknown {
  if (typeof value === "function") return ["function", value.name];
  if (typeof value === "object" && value !== null) return ["object", Object.keys(value)];
  return value === undefined ? "undefined" : value;
}
function describe(namespace: { readonly __esModule?: unknown }): unknown {
  const entries = Object.entries(namespace).filter(([name]) => name !== "__esModule");
  return [namespace.__esModule === true, ...entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, told(value)])];
}
`;

const NAMES = Object.keys(PACKAGES);

const routes = {
  "GET /health": ["get-health.ts", routeSource("GET /health", { role: "health" })],
  "GET /static": [
    "get-static.ts",
    routeSource("GET /static", {
      before: `${NAMES.map(statically).join("\n")}\n${DESCRIBE}`,
      answer: `{ ${NAMES.map((name, index) => `"${name}": describe(namespace${index})`).join(", ")} }`,
    }),
  ],
  "GET /on-demand": [
    "get-on-demand.ts",
    routeSource("GET /on-demand", {
      before: DESCRIBE,
      answer: `{ ${NAMES.map((name) => `"${name}": describe(await import("${name}"))`).join(", ")} }`,
    }),
  ],
  "GET /language": [
    "get-language.ts",
    routeSource("GET /language", {
      before: `declare let undeclared: number;
const ünï = "ü";
const tag = (texts: TemplateStringsArray, ...values: unknown[]) => [texts.raw, [...texts], values];
class Private { #é = 1; get() { return this.#é; } }
function refused(run: () => void) { try { run(); return "accepted"; } catch (error) { return (error as Error).name; } }
function thisOf(this: unknown) { return this; }
function linked(a: number) { a = 2; return arguments[0]; }`,
      answer: `{ ${Object.entries(LANGUAGE)
        .map(([name, code]) => `"${name}": ${code}`)
        .join(", ")} }`,
    }),
  ],
  "GET /sloppy": [
    "get-sloppy.ts",
    routeSource("GET /sloppy", {
      before: Object.keys(SLOPPY)
        .map((name, index) => `import { run as run${index} } from "${name}";`)
        .join("\n"),
      answer: `{ ${Object.keys(SLOPPY)
        .map((name, index) => `"${name}": run${index}()`)
        .join(", ")} }`,
    }),
  ],
  "GET /uses": [
    "get-uses.ts",
    routeSource("GET /uses", {
      before: `import redis, { Cluster } from "cjs-class-default";
import { Client } from "cjs-named";
import f, { helper } from "cjs-function";
import { add, count } from "esm-named";
import { load } from "cjs-imports";
import data from "../data.json" with { type: "json" };
import { createRequire } from "node:module";
const require = createRequire(import.meta.url);`,
      answer: `{
        static: [typeof redis.default, Cluster.name, new Client(3).n, f(), helper(), data],
        live: [count, add(), count],
        onDemand: [
          new (await import("cjs-named")).Client(4).n,
          (await import("cjs-function")).default(),
          Object.keys(await import("../data.json", { with: { type: "json" } })),
          await load(),
        ],
        express: typeof (await import("express")).default.static,
        required: [require("node:path").sep, typeof require.resolve],
        builtin: [typeof (await import("node:fs")).readFileSync, typeof (await import("node:fs")).default],
      }`,
    }),
  ],
} as const;

/** The endpoints' answers, in a separate process. */
async function ask(kind: "handler" | "server", entry: string, paths: readonly string[]) {
  const program = join(import.meta.dirname, "../test/support/ask.ts");
  const { stderr } = await promisify(execFile)(process.execPath, [program, kind, entry, ...paths], {
    env: testEnvironment({ settings: {} }, noIssuer, {
      RUNTIME: kind === "handler" ? "LAMBDA" : "CONTAINERIZED",
      NODE_ENV: "production",
    }),
  });
  return JSON.parse(stderr.trim().split("\n").at(-1) ?? "");
}

const paths = Object.keys(routes).map((key) => key.slice("GET ".length));
const architecture = process.arch === "arm64" ? "arm64" : "x64";

describe("a module has the same exports from source, in the built function and in the built container,", () => {
  let folder: string;
  const answers: Record<string, Record<string, { answer: Record<string, unknown> }>> = {};

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "module-forms-"));
    const packages = Object.entries(PACKAGES).flatMap(([name, files]) =>
      Object.entries(files).map(([file, content]) => [`node_modules/${name}/${file}`, content]),
    );
    await writeApi(folder, routes, {
      ...Object.fromEntries(packages),
      "src/data.json": '{ "a": 1 }',
      "tsconfig.json": '{ "compilerOptions": { "strict": true } }',
    });
    answers.source = await ask("handler", join(folder, "src/lambda.ts"), paths);
    await buildLambda(folder, { out: join(folder, "lambda"), architecture });
    await buildContainer(folder, join(folder, "container"));
    // Nothing outside the built folders may be found.
    await mkdir(join(folder, "alone"));
    for (const built of ["lambda", "container"])
      await rename(join(folder, built), join(folder, "alone", built));
    await rm(join(folder, "node_modules"), { recursive: true });
    await rm(join(folder, "src"), { recursive: true });
    answers.lambda = await ask("handler", join(folder, "alone/lambda/bundle.mjs"), paths);
    answers.container = await ask("server", join(folder, "alone/container/main.mjs"), paths);
  });
  after(() => rm(folder, { recursive: true }));

  for (const built of ["lambda", "container"]) {
    for (const path of ["/static", "/on-demand"]) {
      for (const name of NAMES) {
        it(`${name}: ${built}, ${path}`, () => {
          const [source] = [answers.source?.[path]?.answer[name]];
          assert.ok(source, "from source");
          assert.deepEqual(answers[built]?.[path]?.answer[name], source);
        });
      }
    }
    for (const [path, names] of [
      ["/language", Object.keys(LANGUAGE)],
      ["/sloppy", Object.keys(SLOPPY)],
    ] as const)
      for (const name of names)
        it(`${name}: ${built}, ${path}`, () => {
          const source = answers.source?.[path]?.answer;
          assert.ok(source && name in source, "from source");
          assert.deepEqual(answers[built]?.[path]?.answer[name], source[name]);
        });
    it(`used in an endpoint: ${built}`, () => {
      const source = answers.source?.["/uses"];
      assert.deepEqual(source?.answer.live, [0, 1, 1], "from source");
      assert.deepEqual(answers[built]?.["/uses"], source);
    });
  }
});

it("a module with top-level await is awaited, in the built function, in a job beside it and in the built container", async () => {
  const folder = await mkdtemp(join(tmpdir(), "top-level-await-"));
  try {
    const files = {
      "package.json": ESM,
      "index.js": "export const value = await Promise.resolve(1); export let later = 1; later = await 2;",
    };
    const source = routeSource("GET /awaits", {
      before: 'import { later } from "esm-awaits"; import redis from "cjs-class-default";',
      answer: '[later, (await import("esm-awaits")).value, typeof redis.default, typeof import.meta.url]',
    });
    const packages = Object.entries({
      "esm-awaits": files,
      "cjs-class-default": PACKAGES["cjs-class-default"] ?? {},
    }).flatMap(([name, contents]) =>
      Object.entries(contents).map(([file, content]) => [`node_modules/${name}/${file}`, content]),
    );
    await writeApi(
      folder,
      { "GET /health": routes["GET /health"], "GET /awaits": ["get-awaits.ts", source] },
      {
        ...Object.fromEntries(packages),
        "src/jobs/greet.ts": readFileSync(join(FIXTURE, "src/jobs/greet.ts"), "utf8"),
        "src/jobs/greet.test.ts": "throw new Error('a test is not a job');",
      },
    );
    const { entry, sources } = await buildLambda(folder, { out: join(folder, "lambda"), architecture });
    await buildContainer(folder, join(folder, "container"));
    assert.equal(await greetAda(join(folder, "lambda")), "Hello Ada");
    assert.ok(!existsSync(join(folder, "lambda/job-greet.test.mjs")));
    assert.ok(!sources[entry]?.some((file) => file.includes("src/jobs/")), String(sources[entry]));
    const expected = { answer: [2, 1, "function", "string"] };
    for (const [kind, entry] of [
      ["handler", "src/lambda.ts"],
      ["handler", "lambda/bundle.mjs"],
      ["server", "container/main.mjs"],
    ] as const) {
      assert.deepEqual(await ask(kind, join(folder, entry), ["/awaits"]), { "/awaits": expected }, entry);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
