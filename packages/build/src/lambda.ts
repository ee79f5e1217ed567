/**
 * Builds the content of the Lambda function: a folder to be packed unchanged, whose entry is
 * `bundle.handler`. Jobs beside the API share the folder, with the entry `job-<name>.handler`.
 *
 * As a program: `node packages/build/src/lambda.ts [--api FOLDER] [--architecture arm64|x64] [OUT]`.
 */
import { execFile } from "node:child_process";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { apiFolder, loadApi, loadEndpoints } from "./api-folder.ts";
import { APP_FILE, APP_MODULE } from "./app-file.ts";
import { type Bundle, bundleFiles } from "./bundle-files.ts";
import { makeMissingDocsFiles } from "./docs-files.ts";
import {
  demandAddons,
  externalPackages,
  isThrownIn,
  type Machine,
  THIS_MACHINE,
} from "./external-packages.ts";
import { KIT_ASSETS } from "./kit-folder.ts";
import { type Rehearsal, rehearsalEnvironment, rehearsalOf } from "./rehearsal.ts";
import { writeReleaseFile } from "./release-file.ts";
import { moduleBeside, writeEntry } from "./write-entry.ts";

export interface LambdaBuildOptions {
  /** Default: `dist/lambda` in the folder of the API. */
  readonly out?: string | undefined;
  /**
   * The function's. Only a machine of the same architecture can make its code caches; without them it starts
   * slower.
   */
  readonly architecture?: "arm64" | "x64";
}

/**
 * Builds the function into a folder, which is emptied first.
 *
 * @param folder of the API.
 * @throws Error when something cannot be bundled, or when the rehearsal fails.
 */
export async function buildLambda(
  folder: string,
  { out = join(folder, "dist/lambda"), architecture = "arm64" }: LambdaBuildOptions = {},
): Promise<Bundle> {
  const { root, lambdaEntry, apiModule, jobs } = apiFolder(folder);
  const api = await loadApi({ apiModule });
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  await makeMissingDocsFiles();
  await cp(KIT_ASSETS, join(out, "assets"), { recursive: true });
  writeReleaseFile(out, root, api.version);
  const externals = externalPackages(root);
  const loaders = Object.entries(jobs).map(
    ([name, module]) => `${JSON.stringify(name)}: () => import(${JSON.stringify(module)}),`,
  );
  const entry = [
    `export { handler } from ${JSON.stringify(lambdaEntry)};`,
    `export { api } from ${JSON.stringify(apiModule)};`,
    `export const jobs = { ${loaders.join(" ")} };`,
  ].join("\n");
  const bundle = await bundleFiles({ entry, folder: out, externals });
  const target: Machine = { os: "linux", cpu: architecture };
  const isForThisMachine = THIS_MACHINE.os === target.os && THIS_MACHINE.cpu === target.cpu;
  const missing = externals.copy(out, THIS_MACHINE);
  if (isForThisMachine) demandAddons(missing);
  const names = [...missing.keys()];
  const rehearsal = rehearsalOf(await loadEndpoints(api, (error) => isThrownIn(error, names)));
  // Last, because a code cache belongs to the exact source that it was made from.
  const hasCodeCaches = bundle.entry === APP_FILE && process.arch === architecture;
  await rehearse(out, bundle.entry, rehearsal, {
    environment: rehearsalEnvironment(api),
    missing: names,
    makesCodeCaches: hasCodeCaches,
  });
  if (!isForThisMachine) {
    await rm(join(out, "node_modules"), { recursive: true, force: true });
    demandAddons(externals.copy(out, target));
  }
  await (bundle.entry === APP_MODULE
    ? writeFile(join(out, "bundle.mjs"), `export { handler, jobs } from "./${APP_MODULE}";\n`)
    : writeEntry("lambda-entry", { file: join(out, "bundle.mjs"), hasCodeCaches }));
  await writeJobEntries(out, Object.keys(jobs));
  return bundle;
}

async function writeJobEntries(folder: string, jobs: readonly string[]): Promise<void> {
  for (const job of jobs) {
    const entry = `import { jobs } from "./bundle.mjs";\nexport const { handler } = await jobs[${JSON.stringify(job)}]();\n`;
    await writeFile(join(folder, `job-${job}.mjs`), entry);
  }
}

/**
 * Answers requests with the built files, which proves that they can be loaded, and makes their code caches.
 *
 * Lambda starts Node with `--expose-gc`, and V8 refuses a code cache made with other flags. With a seed and
 * the folder as working directory, the bytes are the same each time, so that unchanged code is not released
 * again.
 *
 * @throws Error that names the endpoint that cannot be loaded, or answers 500.
 */
async function rehearse(
  folder: string,
  entry: string,
  rehearsal: Rehearsal,
  options: {
    readonly environment: Readonly<Record<string, string>>;
    /** Packages without an addon for this machine: an endpoint that needs one is left out. */
    readonly missing: readonly string[];
    readonly makesCodeCaches: boolean;
  },
): Promise<void> {
  const program = moduleBeside("rehearse");
  const running = promisify(execFile)(
    process.execPath,
    ["--expose-gc", "--random-seed=1", program, entry, String(options.makesCodeCaches), ...options.missing],
    { cwd: folder, env: options.environment, maxBuffer: Number.POSITIVE_INFINITY },
  );
  running.child.stdin?.end(JSON.stringify(rehearsal));
  try {
    process.stderr.write((await running).stderr);
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`The built function does not work. ${stderr}${stdout}`.trim(), { cause: error });
  }
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
    options: {
      api: { type: "string", default: "." },
      architecture: { type: "string", default: "arm64" },
    },
  });
  const { api, architecture } = values;
  if (architecture !== "arm64" && architecture !== "x64") {
    throw new Error(`--architecture is ${architecture}; use arm64 or x64, for example --architecture arm64`);
  }
  await buildLambda(api, { out: positionals[0], architecture });
}

if (import.meta.main) await main(process.argv.slice(2));
