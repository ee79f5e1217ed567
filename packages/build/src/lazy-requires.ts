/**
 * Lets the CommonJS libraries below Express load each other at first use and not at the start: most of what Express
 * loads, an API that answers JSON never uses. Metro's plugin, with which React Native apps are built, moves each
 * `require` to where its module is used; a test compares the answers of such an Express with Express's own.
 */
import { readFile } from "node:fs/promises";
import { transformAsync } from "@babel/core";
import type { Plugin } from "esbuild";
import metro from "metro-transform-plugins";
import { isOfExpress } from "./express-packages.ts";

const LIBRARY_FILE = /[\\/]node_modules[\\/].*\.js$/;
const REQUIRE = /^(?:var|let|const) \w+ = require\(/m;

/** By their sources, so that a process which builds again does not do it again: it is a third of a build. */
const transformed = new Map<string, Promise<string>>();

export const lazyRequires: Plugin = {
  name: "lazy-requires",
  setup(build) {
    build.onLoad({ filter: LIBRARY_FILE, namespace: "file" }, async ({ path }) => {
      if (!isOfExpress(path)) return undefined;
      const source = await readFile(path, "utf8");
      if (!REQUIRE.test(source)) return undefined;
      const contents = transformed.get(source) ?? requireLate(source, path);
      transformed.set(source, contents);
      return { contents: await contents };
    });
  },
};

async function requireLate(source: string, filename: string): Promise<string> {
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
