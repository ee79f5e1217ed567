/**
 * Runs `sst.config.ts` files in this process without the CLI, one after the other, each in the CLI's two passes: first `app()`
 * alone, then `run()` with SST's globals. A stand-in answers the calls that ask the CLI to build functions.
 *
 * All are bundled at once, and Pulumi is loaded once. Each run has its own copy of the bundle's modules, so that no run sees
 * the state of SST's components, of the kit or of the owner's modules that another has left.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { CONFIG_HOME, lockedProviders, PLATFORM, ROOT } from "./platform.ts";
import { failed, type Recorded, recordGraph } from "./record-graph.ts";

export interface RunRequest {
  readonly config: string;
  readonly stage: string;
  readonly isDev: boolean;
  readonly environment: Readonly<Record<string, string>>;
}

/** What the parent process sends to this one's standard input. */
export interface RunsRequest {
  readonly runs: readonly RunRequest[];
  readonly resultFile: string;
}

/** What this process writes to the file. */
export type RunsResult = readonly Recorded[];

interface AppInput {
  readonly stage: string;
}
interface App {
  readonly name: string;
  readonly removal?: string;
  readonly protect?: boolean;
}
interface Config {
  app(input: AppInput): Promise<App>;
  run(): Promise<unknown>;
}
/** A bundle of configurations, each evaluated when it is asked for. */
interface ConfigsBundle {
  configOf(file: string): Promise<Config>;
}
interface ProgramsBundle extends ConfigsBundle {
  run(program: Config["run"]): Promise<unknown>;
}
interface LoadResult {
  readonly contents: string;
  readonly loader: "js" | "jsx" | "ts" | "tsx";
}
interface PluginBuild {
  onResolve(
    filter: { filter: RegExp },
    resolve: (args: { path: string; importer: string }) => { path: string } | undefined,
  ): void;
  onLoad(filter: { filter: RegExp }, load: (args: { path: string }) => Promise<LoadResult | undefined>): void;
}
interface Esbuild {
  build(options: Record<string, unknown>): Promise<unknown>;
}

const { build } = createRequire(join(PLATFORM, "package.json"))("esbuild") as Esbuild;
const { runs, resultFile }: RunsRequest = JSON.parse(await text(process.stdin));

/** TypeScript in this repository, JavaScript in the published package. */
const EXTENSION = extname(import.meta.filename);
const API_CODE = join(import.meta.dirname, `../components/api-code${EXTENSION}`);
const STAND_IN_BUILD = join(import.meta.dirname, `stand-in-build${EXTENSION}`);

// It must be in the platform, where the program finds Pulumi.
const folder = mkdtempSync(join(PLATFORM, "synth-"));
const functionFolder = join(folder, "function");
mkdirSync(functionFolder);
writeFileSync(join(functionFolder, "bundle.mjs"), "export const handler = async () => ({});\n");
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

const server = createServer((incoming, outgoing) => {
  const chunks: Buffer[] = [];
  incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
  incoming.on("end", () => {
    const { method, params } = JSON.parse(Buffer.concat(chunks).toString());
    // A kept-alive socket would keep the process alive.
    outgoing.setHeader("connection", "close");
    outgoing.end(JSON.stringify({ id: 1, ...answerCall(method, params[0]) }));
  });
});

function answerCall(
  method: string,
  { bundle, handler }: { bundle?: string; handler: string },
): { result: unknown } | { error: string } {
  switch (method) {
    case "Provider.Aws.Bootstrap":
      return {
        result: {
          asset: "sst-asset",
          state: "sst-state",
          assetEcrRegistryId: "123456789012",
          assetEcrUrl: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/sst-asset",
          appsyncHttp: "appsync.example.com",
          appsyncRealtime: "appsync-realtime.example.com",
        },
      };
    case "Provider.Aws.Appsync":
      return { result: { http: "appsync.example.com", realtime: "appsync-realtime.example.com" } };
    case "Runtime.Build":
      return {
        // A bundle already has its entry.
        result: bundle
          ? { handler, out: bundle, errors: [], sourcemaps: [] }
          : { handler: "bundle.handler", out: functionFolder, errors: [], sourcemaps: [] },
      };
    case "Runtime.AddTarget":
      return { result: true };
    default:
      return { error: `rpc: can't find ${method}` };
  }
}

/** The source of `ConfigsBundle`. */
const CONFIGS = `const configs = {
  ${[...new Set(runs.map(({ config }) => JSON.stringify(config)))].map((file) => `${file}: () => import(${file}),`).join("\n  ")}
};
export const configOf = async (file) => (await configs[file]()).default;`;

/** Bundles every configuration as the CLI does for `app()`. */
async function bundleConfigs(): Promise<string> {
  const outfile = join(folder, "configs.mjs");
  await build({
    stdin: { contents: CONFIGS, resolveDir: PLATFORM, loader: "ts" },
    bundle: true,
    format: "esm",
    platform: "node",
    outfile,
    logLevel: "error",
    banner: { js: "const $config = (input) => input;" },
  });
  return outfile;
}

/** Bundles every configuration with SST's components, as the CLI does for `run()`. */
async function bundlePrograms(): Promise<string> {
  const outfile = join(folder, "programs.mjs");
  const globals = [...lockedProviders(), { alias: "sst", package: join(PLATFORM, "src/components/index.ts") }]
    .map(({ alias, package: file }) => `import * as ${alias} from ${JSON.stringify(file)};`)
    .join("");
  await build({
    stdin: {
      contents: `export { run } from ${JSON.stringify(join(PLATFORM, "src/auto/run.ts"))};\n${CONFIGS}`,
      resolveDir: PLATFORM,
      loader: "ts",
    },
    bundle: true,
    format: "esm",
    platform: "node",
    outfile,
    logLevel: "error",
    mainFields: ["module", "main"],
    nodePaths: [join(PLATFORM, "node_modules")],
    external: [
      "@pulumi/*",
      "@pulumiverse/*",
      "@sst-provider/*",
      "@aws-sdk/*",
      "undici",
      "esbuild",
      "archiver",
      "glob",
      "vite",
    ],
    inject: [join(PLATFORM, "src/shim/run.js")],
    banner: {
      js: 'import { createRequire as topLevelCreateRequire } from "module"; const require = topLevelCreateRequire(import.meta.url);',
    },
    plugins: [
      {
        name: "stand-in for the API's build",
        setup: (build: PluginBuild) =>
          build.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
            importer === API_CODE ? { path: STAND_IN_BUILD } : undefined,
          ),
      },
      {
        name: "globals",
        setup(build: PluginBuild) {
          build.onLoad({ filter: /\.(js|ts|jsx|tsx)$/ }, async ({ path }) =>
            path.includes(".sst")
              ? undefined
              : {
                  contents: `${globals}${await readFile(path, "utf8")}`,
                  loader: extname(path).slice(1) as LoadResult["loader"],
                },
          );
        },
      },
    ],
  });
  return outfile;
}

/** A bundle with new copies of its modules for each run. */
async function load<Bundle>(file: string, run: number): Promise<Bundle> {
  return await import(`${pathToFileURL(file).href}?run=${run}`);
}

const ownEnvironment = { ...process.env };

function setEnvironment(environment: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, ownEnvironment, environment);
}

/** The names that the CLI replaces by their values in the bundle of its one program. */
function globalsOf(app: App, { stage, isDev }: RunRequest, run: number): object {
  const { name, removal = "retain", protect = false } = app;
  const work = join(folder, `work-${run}`);
  mkdirSync(work);
  const paths = { home: CONFIG_HOME, root: ROOT, work, platform: PLATFORM };
  return {
    $app: { name, stage, removal, protect, providers: {} },
    $cli: { command: isDev ? "dev" : "deploy", dev: isDev, paths, state: { version: {} } },
    $dev: isDev,
  };
}

async function recordRun(request: RunRequest, run: number): Promise<Recorded> {
  const { config, stage, environment } = request;
  process.chdir(ROOT);
  setEnvironment(environment);
  const { configOf } = await load<ConfigsBundle>(configsFile, run);
  const app = await (await configOf(config)).app({ stage });
  const globals = globalsOf(app, request, run);
  Object.assign(globalThis, globals);
  Object.assign(process.env, { SST_SERVER, SST_AWS_REGION: "eu-west-1" });
  const program = async () => {
    const programs = await load<ProgramsBundle>(programsFile, run);
    return programs.run((await programs.configOf(config)).run);
  };
  const recorded = await recordGraph({ platform: PLATFORM, app: app.name, stage, program });
  for (const name of Object.keys(globals)) Reflect.deleteProperty(globalThis, name);
  return recorded;
}

process.chdir(ROOT);
const configsFile = await bundleConfigs();
const programsFile = await bundlePrograms();
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
// The server keeps the process alive only during a request.
server.unref();
const SST_SERVER = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const results: Recorded[] = [];
for (const [run, request] of runs.entries()) results.push(await recordRun(request, run).catch(failed));
writeFileSync(resultFile, JSON.stringify(results satisfies RunsResult));
