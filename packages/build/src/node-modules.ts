/**
 * Finds modules as Node finds them, and gives ES modules the same exports of a CommonJS module as Node: its
 * `module.exports` as the default, and the names found in its text. esbuild alone takes the names that exist
 * at run time, and has none at all for `import()`. CommonJS that works in sloppy mode only is left out, because
 * the bundled files are strict.
 */
import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join, relative } from "node:path";
import type { BuildOptions, OnLoadResult, OnResolveArgs, Plugin } from "esbuild";
import { commonJsReader } from "./common-js-names.ts";
import type { ExternalPackages } from "./external-packages.ts";
import { needsSloppyMode } from "./sloppy-mode.ts";

/**
 * A bundler prefers files that are meant for bundlers. `node`, `import` and `require` are esbuild's own.
 *
 * https://nodejs.org/api/packages.html#conditional-exports
 */
export const NODE_RESOLUTION = {
  conditions: ["module-sync", "node-addons"],
  mainFields: ["main"],
} satisfies BuildOptions;

/** For files of ES modules; some libraries in them are CommonJS and require Node's own modules. */
export const AS_MODULES = {
  format: "esm",
  splitting: true,
  outExtension: { ".js": ".mjs" },
  define: { __dirname: "import.meta.dirname", __filename: "import.meta.filename" },
  // The one name that esbuild keeps free.
  banner: { js: 'const require = process.getBuiltinModule("node:module").createRequire(import.meta.url);' },
} satisfies BuildOptions;

/** The namespace in which a plugin asks esbuild where a module is: no plugin is asked again. */
export const RESOLVING = "resolving";

const NAMESPACE = "commonjs";
const IMPORTS = new Set<OnResolveArgs["kind"]>(["import-statement", "dynamic-import"]);
/** Packages, and files beside the importer that may be CommonJS: to ask about every import takes longer than to bundle it. */
const ASKED = /^[^.]|\.c?js$/;

interface Found {
  /** What `require` accepts. */
  readonly id: string;
  readonly names: ReadonlySet<string>;
}

export function nodeModules(externals: ExternalPackages): Plugin {
  return {
    name: "node-modules",
    setup(build) {
      const commonJsNames = commonJsReader();

      build.onResolve(
        { filter: ASKED, namespace: "file" },
        async ({ path, kind, importer, resolveDir, with: attributes }) => {
          const isImport = IMPORTS.has(kind);
          if ((!isImport && kind !== "require-call" && kind !== "require-resolve") || isBuiltin(path))
            return undefined;
          // It is in the importer's package, so it is bundled.
          if (path.startsWith(".") && !(isImport && commonJsNames(join(resolveDir, path)))) return undefined;
          const resolved = await build.resolve(path, {
            kind,
            importer,
            namespace: RESOLVING,
            resolveDir,
            with: attributes,
          });
          if (resolved.errors.length > 0 || resolved.external || resolved.namespace !== "file")
            return undefined;
          const place = externals.locate(resolved.path);
          const names = isImport ? commonJsNames(resolved.path) : undefined;
          if (names) {
            const found: Found = { id: place ?? resolved.path, names };
            return { path: resolved.path, namespace: NAMESPACE, pluginData: found };
          }
          return place === undefined ? undefined : { path: place, external: true };
        },
      );
      build.onResolve({ filter: /^\.\/node_modules\//, namespace: NAMESPACE }, ({ path }) => ({
        path,
        external: true,
      }));
      build.onLoad({ filter: /./, namespace: NAMESPACE }, ({ pluginData }) => ({
        contents: namespaceOf(pluginData),
        resolveDir: "/",
      }));
      build.onLoad({ filter: /\.c?js$/, namespace: "file" }, ({ path }) => {
        if (!needsSloppyMode(readFileSync(path, "utf8"))) return undefined;
        return externals.leaveOut(path) ? { contents: "" } : refusalOf(path);
      });
    },
  };
}

function refusalOf(path: string): OnLoadResult {
  const text = `${relative(process.cwd(), path)} works only in sloppy mode, but built code is strict: declare every variable, and do not use "with", octal literals, arguments.callee, or "this" as the global object`;
  return { errors: [{ text }] };
}

/** Values are read once the module has run; a name that is only in its text is `undefined`. */
function namespaceOf({ id, names }: Found): string {
  const own = [...names].filter((name) => name !== "default" && name !== "module.exports").sort();
  return `
const exported = require(${JSON.stringify(id)});
const own = (name) => {
  try {
    return Object.hasOwn(Object(exported), name) ? exported[name] : undefined;
  } catch {}
};
${own.map((name, index) => `const value${index} = /* @__PURE__ */ own(${JSON.stringify(name)});`).join("\n")}
export {
  exported as default,
  exported as "module.exports",
${own.map((name, index) => `  value${index} as ${JSON.stringify(name)},`).join("\n")}
};
`;
}
