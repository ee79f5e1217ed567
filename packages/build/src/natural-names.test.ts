import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { build } from "esbuild";
import { removeNeedlessNames } from "./natural-names.ts";
import { rewrite } from "./rewrite.ts";

const SOURCE = `
  export function declared() {}
  export class Declared { static #field = 1; }
  export const arrow = () => {};
  export const anonymous = class {};
  export const named = function own() {};
  export const object = { method() {}, arrow: () => {}, "quoted-key": () => {}, own: function inner() {} };
  export let assigned;
  assigned = () => {};
  export const text = "a".replace(/a/, () => "b");
  export const inner = (() => { const scale = (n = () => 1) => n(); class Inner {} return Inner; })();
  export default class extends Declared {}
`;

test("only calls for names that the bundler has changed remain, and every name stays", async () => {
  const contents = `import * as a from "a"; import * as b from "b"; globalThis.result = [a, b];`;
  const built = await build({
    stdin: { contents },
    bundle: true,
    write: false,
    keepNames: true,
    format: "esm",
    plugins: [
      {
        name: "same-names",
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^[ab]$/ }, ({ path }) => ({ path, namespace: "same" }));
          onLoad({ filter: /./, namespace: "same" }, () => ({ contents: SOURCE }));
        },
      },
    ],
  });
  const kept = built.outputFiles[0]?.text ?? "";
  const natural = rewrite(kept, "module", removeNeedlessNames);
  const calls = (code: string) => code.match(/__name\(/g)?.length ?? 0;

  assert.equal(natural.length, kept.length, "the source map still fits");
  assert.equal(natural.split("\n").length, kept.split("\n").length);
  assert.deepEqual(namesIn(natural), namesIn(kept));
  assert.ok(JSON.stringify(namesIn(natural)).match(/"Declared"/g)?.length === 2, "of both modules");
  assert.ok(calls(natural) > 0, "of the second module");
  assert.ok(calls(natural) <= calls(kept) / 2 + 1, `${calls(natural)} of ${calls(kept)}`);
});

function namesIn(code: string): unknown {
  const context: { result?: readonly object[] } = {};
  runInNewContext(code, context);
  const nameOf = (value: unknown): unknown => {
    if (typeof value === "function") return value.name;
    return typeof value === "object" && value !== null ? Object.values(value).map(nameOf) : typeof value;
  };
  return JSON.parse(JSON.stringify(context.result?.map(nameOf)));
}
