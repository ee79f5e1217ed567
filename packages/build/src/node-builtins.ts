/**
 * Takes Node's own modules as `require` does. An ES import of one reads every export: those of `node:http`
 * load an HTTP client and a WebSocket, which was a third of a container's start.
 */
import { isBuiltin } from "node:module";
import type { Plugin } from "esbuild";

const NAMESPACE = "node-builtin";

export const nodeBuiltins: Plugin = {
  name: "node-builtins",
  setup(build) {
    build.onResolve({ filter: /./ }, ({ path, kind }) =>
      kind === "import-statement" && isBuiltin(path) ? { path, namespace: NAMESPACE } : undefined,
    );
    build.onLoad({ filter: /./, namespace: NAMESPACE }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};
