/**
 * Writes what esbuild has bundled: each file with its functions' original names, and its source map beside
 * it.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, extname, relative, resolve } from "node:path";
import { type TransformOptions, type TransformResult, transform } from "esbuild";
import { removeNeedlessNames } from "./natural-names.ts";
import { type Inspect, rewrite } from "./rewrite.ts";

export interface CodeFile {
  readonly path: string;
  readonly text: string;
}

const SOURCE_TYPES: Readonly<Record<string, "script" | "module">> = { ".js": "script", ".mjs": "module" };

/**
 * @param inspect returns further changes to the files.
 * @returns writes files that were bundled with `keepNames` and inline source maps.
 */
export function codeWriter(
  options: TransformOptions = {},
  inspect?: Inspect,
): (files: readonly CodeFile[]) => Promise<void> {
  const inspectAll: Inspect = (...found) => {
    removeNeedlessNames(...found);
    inspect?.(...found);
  };
  // By text: a process that builds again skips the files that are as in its last build, half of its time.
  let last: ReadonlyMap<string, TransformResult> = new Map();

  return async (files) => {
    const finished = new Map<string, TransformResult>();
    for (const { path, text } of files) {
      await mkdir(dirname(path), { recursive: true });
      const sourceType = SOURCE_TYPES[extname(path)];
      if (!sourceType) {
        await writeFile(path, text);
        continue;
      }
      const result =
        last.get(text) ??
        (await transform(rewrite(text, sourceType, inspectAll), {
          ...options,
          sourcemap: "external",
          sourcefile: basename(path),
          sourcesContent: false,
          target: "node24",
          legalComments: "inline",
          logLevel: "error",
        }));
      finished.set(text, result);
      await writeFile(path, result.code);
      await writeFile(`${path}.map`, withShortSources(result.map, dirname(path)));
    }
    last = finished;
  };
}

/** Sources are named relative to the working directory, and the bundler's own code by its file alone. */
function withShortSources(map: string, folder: string): string {
  const { sources, ...rest } = JSON.parse(map);
  const short = sources.map((source: string) => {
    const file = resolve(folder, source);
    return file.startsWith(folder) ? basename(file) : relative(process.cwd(), file);
  });
  return JSON.stringify({ ...rest, sources: short });
}
