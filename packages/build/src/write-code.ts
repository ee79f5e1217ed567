/**
 * Writes what esbuild has bundled: each file with its functions' original names, and its source map beside
 * it.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, extname, relative, resolve } from "node:path";
import { type TransformOptions, transform } from "esbuild";
import { removeNeedlessNames } from "./natural-names.ts";
import { type Inspect, rewrite } from "./rewrite.ts";

export interface CodeFile {
  readonly path: string;
  readonly text: string;
}

/**
 * @param files bundled with `keepNames` and inline source maps.
 * @param inspect returns further changes to them.
 */
export async function writeCode(
  files: readonly CodeFile[],
  options: TransformOptions = {},
  inspect?: Inspect,
): Promise<void> {
  const inspectAll: Inspect = (...found) => {
    removeNeedlessNames(...found);
    inspect?.(...found);
  };
  for (const { path, text } of files) {
    await mkdir(dirname(path), { recursive: true });
    if (extname(path) !== ".js" && extname(path) !== ".mjs") {
      await writeFile(path, text);
      continue;
    }
    const { code, map } = await transform(rewrite(text, inspectAll), {
      ...options,
      sourcemap: "external",
      sourcefile: path,
      sourcesContent: false,
      target: "node24",
      legalComments: "inline",
      logLevel: "error",
    });
    await writeFile(path, code);
    await writeFile(`${path}.map`, withShortSources(map, dirname(path)));
  }
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
