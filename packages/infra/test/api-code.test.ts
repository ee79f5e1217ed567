/** Tests the build of a function's code in a project without the package `node`. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";

/** Uses SST's globals, which the compiler knows only in the components. */
const { apiCode }: { apiCode(args: { folder: string }): () => { handler: string; bundle: string } } =
  await import(import.meta.resolve("../src/components/api-code.ts"));

it("the build runs with the project's own Node, or with the deployment's Node if it has none (stand-in for the build)", (t) => {
  const root = mkdtempSync(join(tmpdir(), "project-"));
  t.after(() => rmSync(root, { recursive: true }));
  const build = join(root, "node_modules/@lambda-express-api/build");
  mkdirSync(build, { recursive: true });
  writeFileSync(join(root, "package.json"), "{}");
  writeFileSync(join(build, "package.json"), '{ "exports": { "./lambda.ts": "./lambda.cjs" } }');
  writeFileSync(
    join(build, "lambda.cjs"),
    'require("fs").writeFileSync(process.argv.at(-1), process.argv0);',
  );
  Object.assign(globalThis, { $dev: false, $cli: { paths: { root, work: root } } });
  mkdirSync(join(root, "lambda"));

  const { handler, bundle } = apiCode({ folder: "api" })();
  assert.equal(handler, "bundle.handler");
  assert.equal(readFileSync(bundle, "utf8"), process.execPath);

  mkdirSync(join(root, "node_modules/.bin"));
  symlinkSync(process.execPath, join(root, "node_modules/.bin/node"));
  apiCode({ folder: "api" })();
  assert.equal(readFileSync(bundle, "utf8"), join(root, "node_modules/.bin/node"));
});
