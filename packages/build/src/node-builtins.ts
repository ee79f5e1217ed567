/**
 * Takes Node's own modules as `require` does. An ES import of one makes a module of ES exports, for which every export is
 * read: those of `node:http` load an HTTP client and a WebSocket, which was a third of what a container did to start.
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
