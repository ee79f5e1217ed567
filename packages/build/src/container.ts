/**
 * Builds the content of the container image: the API in a few JavaScript files, the files that it serves, and
 * the health check. The image installs nothing: the API's packages are in its files, or copied beside them.
 *
 * As a program: `node packages/build/src/container.ts [--api FOLDER] [OUT]`.
 */
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { awsCallersEndpoints } from "@lambda-express-api/kit/enabled-routes.ts";
import { build } from "esbuild";
import { apiFolder, healthPathOf, loadApi, loadEndpoints } from "./api-folder.ts";
import { makeMissingDocsFiles } from "./docs-files.ts";
import { demandAddons, externalPackages, THIS_MACHINE } from "./external-packages.ts";
import { KIT_ASSETS, kitModule } from "./kit-folder.ts";
import { lazyRequires } from "./lazy-requires.ts";
import { nodeBuiltins } from "./node-builtins.ts";
import { AS_MODULES, NODE_RESOLUTION, nodeModules } from "./node-modules.ts";
import { writeReleaseFile } from "./release-file.ts";
import { writeCode } from "./write-code.ts";

/**
 * Builds the container's folder, which is emptied first.
 *
 * @param folder of the API.
 * @param out default: `dist/container` in the folder of the API.
 */
export async function buildContainer(folder: string, out = join(folder, "dist/container")): Promise<void> {
  const { root, containerEntry, apiModule } = apiFolder(folder);
  const api = await loadApi({ apiModule });
  const endpoints = await loadEndpoints(api);
  const externals = externalPackages(root);
  rmSync(out, { recursive: true, force: true });
  const { outputFiles } = await build({
    entryPoints: {
      main: containerEntry,
      "health-check": kitModule("container/health-check"),
    },
    outdir: out,
    bundle: true,
    platform: "node",
    target: "node24",
    ...NODE_RESOLUTION,
    ...AS_MODULES,
    keepNames: true,
    sourcemap: "inline",
    write: false,
    sourcesContent: false,
    legalComments: "linked",
    define: {
      ...AS_MODULES.define,
      HEALTH_PATH: JSON.stringify(healthPathOf(endpoints)),
      AWS_CALLERS_ENDPOINTS: JSON.stringify(awsCallersEndpoints(endpoints)),
    },
    plugins: [nodeBuiltins, nodeModules(externals), lazyRequires],
    logLevel: "warning",
  });
  await writeCode(outputFiles);
  demandAddons(externals.copy(out, THIS_MACHINE));
  writeReleaseFile(out, root, api.version);
  await makeMissingDocsFiles();
  cpSync(KIT_ASSETS, join(out, "assets"), { recursive: true });
}

/**
 * The program.
 *
 * @param args the arguments after its name.
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
