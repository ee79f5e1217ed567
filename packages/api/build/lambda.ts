/**
 * Builds what the Lambda function holds: a folder to be packed as it is. Its entry is `bundle.handler`; the files of the
 * docs pages, which `npm ci` has built, are beside it.
 *
 * Run as a program it takes the folder as its argument: `node packages/api/build/lambda.ts [folder]`.
 */
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { writeReleaseFile } from "./release-file.ts";

const API = join(import.meta.dirname, "..");

/** Where the function is built unless somebody says otherwise. */
export const LAMBDA_FOLDER = join(API, "dist/lambda");

/**
 * Builds the function into a folder, which is emptied first.
 *
 * @throws Error when something cannot be bundled.
 */
export async function buildLambda(folder: string = LAMBDA_FOLDER): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: { bundle: join(API, "src/runtime/lambda/main.ts") },
    outdir: folder,
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node24",
    minify: true,
    outExtension: { ".js": ".mjs" },
    legalComments: "linked",
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    logLevel: "warning",
  });
  writeReleaseFile(folder, join(API, "../.."));
  cpSync(join(API, "assets"), join(folder, "assets"), { recursive: true });
}

if (import.meta.main) await buildLambda(process.argv[2]);
