/**
 * Builds what the container image holds: the API in a few JavaScript files, the files that it serves, and the health
 * check. No dependency is installed in the image; all that the API uses is in its files.
 */
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { lazyRequires } from "./lazy-requires.ts";
import { writeReleaseFile } from "./release-file.ts";

const API = join(import.meta.dirname, "../packages/api");
const OUT = join(API, "dist/container");

rmSync(OUT, { recursive: true, force: true });
await build({
  entryPoints: {
    main: join(API, "src/runtime/container/main.ts"),
    "health-check": join(API, "src/runtime/container/health-check.ts"),
  },
  outdir: OUT,
  bundle: true,
  // What is imported on demand stays in files of its own, and is loaded on demand.
  splitting: true,
  platform: "node",
  format: "esm",
  target: "node24",
  outExtension: { ".js": ".mjs" },
  legalComments: "linked",
  plugins: [lazyRequires],
  // Some libraries are CommonJS and require Node's own modules.
  banner: {
    js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  },
  logLevel: "warning",
});
writeReleaseFile(OUT, join(import.meta.dirname, ".."));
cpSync(join(API, "assets"), join(OUT, "assets"), { recursive: true });
