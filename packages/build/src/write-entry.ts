/** Writes the file that Node starts with: it loads the bundled files with their code caches. */
import { extname, join } from "node:path";
import { build } from "esbuild";
import { APP_FILE } from "./app-file.ts";

export interface EntryOptions {
  readonly file: string;
  /** Whether there are code caches of the files: `app.js.cache`. */
  readonly hasCodeCaches: boolean;
}

/** @param program the module that becomes the file: `lambda-entry`, `container-entry`. */
export async function writeEntry(program: string, { file, hasCodeCaches }: EntryOptions): Promise<void> {
  await build({
    entryPoints: [moduleBeside(program)],
    outfile: file,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    minify: true,
    define: {
      APP_FILE: JSON.stringify(APP_FILE),
      HAS_CODE_CACHES: String(hasCodeCaches),
      BUILT_BY: JSON.stringify(`${process.version} ${process.arch}`),
    },
    logLevel: "warning",
    // An import whose name the API computes is resolved by Node.
    logOverride: { "unsupported-dynamic-import": "silent" },
  });
}

/** The file of a module of this package: TypeScript beside TypeScript, JavaScript in the published package. */
export function moduleBeside(module: string): string {
  return join(import.meta.dirname, module + extname(import.meta.filename));
}
