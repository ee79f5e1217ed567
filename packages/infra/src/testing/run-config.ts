/**
 * Runs an `sst.config.ts` in this process without the CLI, in the CLI's two passes: first `app()` alone, then `run()` with
 * SST's globals. A stand-in answers the calls that ask the CLI to build functions.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { CONFIG_HOME, lockedProviders, PLATFORM, ROOT } from "./platform.ts";
import { recordGraph, writeResult } from "./record-graph.ts";

export interface RunRequest {
  readonly config: string;
  readonly stage: string;
  readonly isDev: boolean;
  readonly resultFile: string;
}

interface AppInput {
  readonly stage: string;
}
interface App {
  readonly name: string;
  readonly removal?: string;
  readonly protect?: boolean;
  readonly providers?: Record<string, unknown>;
}
interface ConfigModule {
  readonly default: { app(input: AppInput): Promise<App> };
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
const request: RunRequest = JSON.parse(process.argv[2] ?? "{}");

/** TypeScript in this repository, JavaScript in the published package. */
const EXTENSION = extname(import.meta.filename);
const API_CODE = join(import.meta.dirname, `../components/api-code${EXTENSION}`);
const STAND_IN_BUILD = join(import.meta.dirname, `stand-in-build${EXTENSION}`);

// It must be in the platform, where the program finds Pulumi.
const folder = mkdtempSync(join(PLATFORM, "synth-"));
const workFolder = join(folder, "work");
const functionFolder = join(folder, "function");
mkdirSync(workFolder);
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

async function evaluateApp(): Promise<App> {
  const outfile = join(folder, "app.mjs");
  await build({
    entryPoints: [request.config],
    bundle: true,
    format: "esm",
    platform: "node",
    outfile,
    logLevel: "error",
    banner: { js: "const $config = (input) => input;" },
  });
  const { default: config }: ConfigModule = await import(pathToFileURL(outfile).href);
  return config.app({ stage: request.stage });
}

async function bundleProgram(app: App): Promise<string> {
  const outfile = join(folder, "run.mjs");
  const globals = [...lockedProviders(), { alias: "sst", package: join(PLATFORM, "src/components/index.ts") }]
    .map(({ alias, package: file }) => `import * as ${alias} from ${JSON.stringify(file)};`)
    .join("");
  await build({
    stdin: {
      contents: `
        import { run } from ${JSON.stringify(join(PLATFORM, "src/auto/run.ts"))};
        import config from ${JSON.stringify(request.config)};
        export default await run(config.run);`,
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
    define: {
      $app: JSON.stringify({
        name: app.name,
        stage: request.stage,
        removal: app.removal ?? "retain",
        protect: app.protect ?? false,
        providers: {},
      }),
      $cli: JSON.stringify({
        command: request.isDev ? "dev" : "deploy",
        dev: request.isDev,
        paths: { home: CONFIG_HOME, root: ROOT, work: workFolder, platform: PLATFORM },
        state: { version: {} },
      }),
      $dev: String(request.isDev),
    },
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

process.chdir(ROOT);
const app = await evaluateApp();
const program = await bundleProgram(app);
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
// The server keeps the process alive only during a request.
server.unref();
process.env.SST_SERVER = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
process.env.SST_AWS_REGION = "eu-west-1";
await recordGraph(
  {
    platform: PLATFORM,
    app: app.name,
    stage: request.stage,
    program: async () => (await import(pathToFileURL(program).href)).default,
  },
  writeResult(request.resultFile),
);
