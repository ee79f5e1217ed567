/**
 * Builds what the container image holds: the API in a few JavaScript files, the files that it serves, and the health
 * check. No dependency is installed in the image; all that the API uses is in its files.
 *
 * As a program: `node packages/build/src/container.ts [--api FOLDER] [OUT]`.
 */
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { apiFolder, healthPath, loadApi } from "./api-folder.ts";
import { makeMissingDocsFiles } from "./docs-files.ts";
import { KIT_ASSETS, kitModule } from "./kit-folder.ts";
import { lazyRequires } from "./lazy-requires.ts";
import { writeReleaseFile } from "./release-file.ts";

/**
 * Builds the container's folder, which is emptied first.
 *
 * @param folder of the API.
 * @param out default: `dist/container` in the folder of the API.
 */
export async function buildContainer(folder: string, out = join(folder, "dist/container")): Promise<void> {
  const { root, containerEntry, apiModule } = apiFolder(folder);
  const api = await loadApi({ apiModule });
  rmSync(out, { recursive: true, force: true });
  await build({
    entryPoints: {
      main: containerEntry,
      "health-check": kitModule("container/health-check"),
    },
    outdir: out,
    bundle: true,
    // What is imported on demand stays in files of its own, and is loaded on demand.
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node24",
    outExtension: { ".js": ".mjs" },
    legalComments: "linked",
    define: { HEALTH_PATH: JSON.stringify(await healthPath(api)) },
    plugins: [lazyRequires],
    // Some libraries are CommonJS and require Node's own modules.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    logLevel: "warning",
  });
  writeReleaseFile(out, root, api.version);
  await makeMissingDocsFiles();
  cpSync(KIT_ASSETS, join(out, "assets"), { recursive: true });
}

/**
 * The program.
 *
 * @param args what was typed after its name.
 */
export async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { api: { type: "string", default: "." } },
  });
  await buildContainer(values.api, positionals[0]);
}

if (import.meta.main) await main(process.argv.slice(2));
