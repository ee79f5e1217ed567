/**
 * Puts large and seldom used packages of Express into separate files, each read when it is first required.
 * `debug` is among them: Express loads it only if the variable `DEBUG` is set. Other packages, and the API
 * itself, get the real one.
 */
import { createRequire } from "node:module";
import type { OnResolveArgs, Plugin } from "esbuild";
import { isOfExpress } from "./express-packages.ts";
import { KIT_SOURCE } from "./kit-folder.ts";
import { RESOLVING } from "./node-modules.ts";

/** Each with the packages that lead to it: some exist in several versions. */
const PACKAGES: readonly (readonly string[])[] = [
  ["express", "accepts"],
  ["express", "accepts", "negotiator"],
  ["express", "body-parser", "iconv-lite"],
  ["express", "body-parser", "raw-body"],
  ["express", "content-disposition"],
  ["express", "cookie"],
  ["express", "http-errors"],
  ["express", "statuses"],
  ["express", "mime-types"],
  ["express", "mime-types", "mime-db"],
  ["express", "qs"],
  ["express", "range-parser"],
  ["express", "send"],
  ["express", "type-is"],
  ["express", "debug"],
];

const QUIET_DEBUG = `
  const quiet = Object.assign(() => {}, { enabled: false });
  module.exports = process.env.DEBUG ? require("debug") : () => quiet;
`;

/** The packages as entry points: the name of the file, and its module. */
export function separateEntryPoints(): Record<string, string> {
  return Object.fromEntries(
    PACKAGES.map((chain) => [
      chain.at(-1),
      chain.reduce((file, name) => createRequire(file).resolve(name), `${KIT_SOURCE}/`),
    ]),
  );
}

export const separatePackages: Plugin = {
  name: "separate-packages",
  setup(build) {
    const files = new Map(
      Object.entries(separateEntryPoints()).map(([name, file]) => [file, `./${name}.js`]),
    );
    const filter = new RegExp(`^(${PACKAGES.map((chain) => chain.at(-1)).join("|")})$`);

    async function separate({ path, kind, importer, resolveDir }: OnResolveArgs) {
      const resolved = await build.resolve(path, { kind, importer, namespace: RESOLVING, resolveDir });
      const file = files.get(resolved.path);
      return file === undefined ? undefined : { path: file, namespace: "separate" };
    }

    build.onResolve({ filter, namespace: "file" }, (asked) => {
      const { path, kind, importer, resolveDir } = asked;
      if (kind !== "require-call" || !isOfExpress(importer)) return undefined;
      return path === "debug" ? { path, namespace: "quiet-debug", pluginData: resolveDir } : separate(asked);
    });
    build.onResolve({ filter, namespace: "quiet-debug" }, separate);
    build.onResolve({ filter: /./, namespace: "separate" }, ({ path }) => ({ path, external: true }));
    build.onLoad({ filter: /./, namespace: "separate" }, ({ path }) => ({
      // A file is the CommonJS form of an ES module; the package's export is its default.
      contents: `module.exports = require(${JSON.stringify(path)}).default;`,
    }));
    build.onLoad({ filter: /./, namespace: "quiet-debug" }, ({ pluginData }) => ({
      contents: QUIET_DEBUG,
      resolveDir: pluginData,
    }));
  },
};
