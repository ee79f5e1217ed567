/**
 * Lets the CommonJS libraries below Express load each other at first use instead of at the start: an API that
 * answers JSON never uses most of what Express loads. Metro's plugin, which builds React Native apps, moves
 * each `require` to where its module is used; a test compares the answers of this Express with the
 * original's.
 */
import { readFileSync } from "node:fs";
import type { Plugin } from "esbuild";
import { EXPRESS_FILE, isOfExpress } from "./express-packages.ts";

const REQUIRE = /^(?:var|let|const) \w+ = require\(/m;

/** By source, so that a process that builds again skips this: it is a third of a build. */
const transformed = new Map<string, Promise<string>>();

export const lazyRequires: Plugin = {
  name: "lazy-requires",
  setup(build) {
    build.onLoad({ filter: EXPRESS_FILE, namespace: "file" }, async ({ path }) => {
      if (!isOfExpress(path)) return undefined;
      const source = readFileSync(path, "utf8");
      if (!REQUIRE.test(source)) return undefined;
      const contents = transformed.get(source) ?? requireLate(source, path);
      transformed.set(source, contents);
      return { contents: await contents };
    });
  },
};

async function requireLate(source: string, filename: string): Promise<string> {
  const [{ transformAsync }, { default: metro }] = await Promise.all([
    import("@babel/core"),
    import("metro-transform-plugins"),
  ]);
  const result = await transformAsync(source, {
    filename,
    babelrc: false,
    configFile: false,
    sourceMaps: "inline",
    sourceType: "script",
    plugins: [[metro.inlineRequiresPlugin, { memoizeCalls: true }]],
  });
  return result?.code ?? source;
}
