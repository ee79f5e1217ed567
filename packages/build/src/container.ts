/**
 * Builds the content of the container image: the API in a few JavaScript files, the files that it serves, and
 * the health check. The image installs nothing: the API's packages are in its files, or copied beside them.
 *
 * As a program: `node packages/build/src/container.ts [--api FOLDER] [OUT]`.
 */
import { execFile } from "node:child_process";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import type { Api } from "@lambda-express-api/kit";
import { awsCallersEndpoints } from "@lambda-express-api/kit/enabled-routes.ts";
import type { Route } from "@lambda-express-api/kit/route/define-route.ts";
import { build } from "esbuild";
import { apiFolder, healthPathOf, loadApi, loadEndpoints } from "./api-folder.ts";
import { APP_MODULE } from "./app-file.ts";
import { bundleFiles } from "./bundle-files.ts";
import { makeMissingDocsFiles } from "./docs-files.ts";
import { demandAddons, externalPackages, THIS_MACHINE } from "./external-packages.ts";
import { KIT_ASSETS, kitModule } from "./kit-folder.ts";
import { nodeBuiltins } from "./node-builtins.ts";
import { rehearsalEnvironment, rehearsalOf } from "./rehearsal.ts";
import { writeReleaseFile } from "./release-file.ts";
import { moduleBeside, writeEntry } from "./write-entry.ts";

/** For a container that waits for something that the build does not have, such as its database. */
const REHEARSAL_MILLISECONDS = 30_000;

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
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  await makeMissingDocsFiles();
  await cp(KIT_ASSETS, join(out, "assets"), { recursive: true });
  writeReleaseFile(out, root, api.version);
  const { entry } = await bundleFiles({
    entry: `import ${JSON.stringify(containerEntry)};`,
    define: { AWS_CALLERS_ENDPOINTS: JSON.stringify(awsCallersEndpoints(endpoints)) },
    folder: out,
    externals,
  });
  demandAddons(externals.copy(out, THIS_MACHINE));
  const file = join(out, "main.mjs");
  if (entry === APP_MODULE) await writeFile(file, `import "./${APP_MODULE}";\n`);
  else
    await writeEntry("container-entry", { file, hasCodeCaches: await makeCodeCaches(out, api, endpoints) });
  await writeHealthCheck(out, healthPathOf(endpoints));
}

/**
 * Starts the container and sends it requests, so that V8 compiles what a start needs.
 *
 * @returns whether that was possible. Otherwise the container starts slower, and the log of the build says
 *   why.
 */
async function makeCodeCaches(folder: string, api: Api, endpoints: readonly Route[]): Promise<boolean> {
  const environment = {
    ...rehearsalEnvironment(api),
    RUNTIME: "CONTAINERIZED",
    NODE_ENV: "production",
    HOST: "127.0.0.1",
    PORT: "0",
  };
  const running = promisify(execFile)(process.execPath, [moduleBeside("rehearse-container")], {
    cwd: folder,
    env: environment,
    timeout: REHEARSAL_MILLISECONDS,
    maxBuffer: Number.POSITIVE_INFINITY,
  });
  running.child.stdin?.end(JSON.stringify(rehearsalOf(endpoints).everyday));
  try {
    await running;
    return true;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { readonly stdout?: string; readonly stderr?: string };
    process.stderr.write(
      `The container does not have a code cache, because it did not start during the build.\n${stderr}${stdout}`,
    );
    return false;
  }
}

async function writeHealthCheck(folder: string, healthPath: string): Promise<void> {
  await build({
    entryPoints: { "health-check": kitModule("container/health-check") },
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    define: { HEALTH_PATH: JSON.stringify(healthPath) },
    plugins: [nodeBuiltins],
    logLevel: "warning",
  });
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
