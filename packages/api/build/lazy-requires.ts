/**
 * Lets the CommonJS libraries below Express load each other at first use and not at the start: most of what Express
 * loads, an API that answers JSON never uses. Metro's plugin, with which React Native apps are built, moves each
 * `require` to where its module is used; a test compares the answers of such an Express with Express's own.
 */
import { readFile } from "node:fs/promises";
import { transformAsync } from "@babel/core";
import type { Plugin } from "esbuild";
import metro from "metro-transform-plugins";

const LIBRARY_FILE = /[\\/]node_modules[\\/].*\.js$/;
/** The AWS SDK's packages: whoever needs one of them needs them all. */
const SDK_FILE = /[\\/]node_modules[\\/]@(aws-sdk|smithy|aws)[\\/]/;
const REQUIRE = /^(?:var|let|const) \w+ = require\(/m;

export const lazyRequires: Plugin = {
  name: "lazy-requires",
  setup(build) {
    build.onLoad({ filter: LIBRARY_FILE, namespace: "file" }, async ({ path }) => {
      if (SDK_FILE.test(path)) return undefined;
      const source = await readFile(path, "utf8");
      if (!REQUIRE.test(source)) return undefined;
      const result = await transformAsync(source, {
        filename: path,
        babelrc: false,
        configFile: false,
        sourceType: "script",
        plugins: [[metro.inlineRequiresPlugin, { memoizeCalls: true }]],
      });
      return { contents: result?.code ?? source };
    });
  },
};
