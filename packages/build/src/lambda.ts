/**
 * Builds what the Lambda function holds: a folder to be packed as it is, whose entry is `bundle.handler`.
 *
 * As a program: `node packages/api/build/lambda.ts [folder] [--architecture arm64|x64]`.
 */
import { execFile } from "node:child_process";
import { cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { build } from "esbuild";
import { APP_FILE, bundleFiles, type FileSources } from "./bundle-files.ts";
import { writeReleaseFile } from "./release-file.ts";

const API = join(import.meta.dirname, "..");

export interface LambdaBuildOptions {
  /** Of the function. Only a machine of the same one can make its code caches; without them it starts slower. */
  readonly architecture?: "arm64" | "x64";
}

/**
 * Builds the function into a folder, which is emptied first.
 *
 * @throws Error when something cannot be bundled, or when the rehearsal fails.
 */
export async function buildLambda(
  folder = join(API, "dist/lambda"),
  { architecture = "arm64" }: LambdaBuildOptions = {},
): Promise<FileSources> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  // The files of the docs pages, which `npm ci` has built.
  await cp(join(API, "assets"), join(folder, "assets"), { recursive: true });
  writeReleaseFile(folder, join(API, "../.."));
  const sources = await bundleFiles(join(API, "src/runtime/lambda/main.ts"), folder);
  // Last, because a code cache is for the very source that it was made of.
  await writeEntry(folder, process.arch === architecture ? await makeCodeCaches(folder) : {});
  return sources;
}

/**
 * Lambda starts Node with `--expose-gc`, and V8 takes no code cache of other flags. With a seed, and seen from the folder
 * itself, the bytes are the same each time: what has not changed is not released again.
 */
async function makeCodeCaches(folder: string): Promise<Readonly<Record<string, string>>> {
  const rehearse = join(import.meta.dirname, "rehearse.ts");
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--expose-gc", "--random-seed=1", rehearse, APP_FILE],
    { cwd: folder, env: {} },
  );
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}

async function writeEntry(folder: string, codeCaches: Readonly<Record<string, string>>): Promise<void> {
  await build({
    entryPoints: [join(import.meta.dirname, "lambda-entry.ts")],
    outfile: join(folder, "bundle.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    minify: true,
    define: {
      APP_FILE: JSON.stringify(APP_FILE),
      CODE_CACHES: JSON.stringify(codeCaches),
      BUILT_BY: JSON.stringify(`${process.version} ${process.arch}`),
    },
    logLevel: "warning",
  });
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { architecture: { type: "string", default: "arm64" } },
  });
  const { architecture } = values;
  if (architecture !== "arm64" && architecture !== "x64") {
    throw new Error(`--architecture is ${architecture}; it must be arm64 or x64, e.g. --architecture arm64`);
  }
  await buildLambda(positionals[0], { architecture });
}
