/** The code of a function, built by the project's own build instead of SST's (docs/decisions/0013-lambda-build.md). */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

export interface FunctionCode {
  /** The entry, relative to the project's root or, with `bundle`, to that folder. */
  readonly handler: string;
  readonly bundle?: string;
  /** Called with the folder that SST has bundled into, before it is packed. */
  readonly afterBundling?: (folder: string) => Promise<void>;
}

/**
 * Called only if the deployment brings the code.
 *
 * @param job the name of a file in `src/jobs`, without its extension. Default: the API itself.
 */
export type CodeSource = (job?: string) => FunctionCode;

/**
 * The code of the API in a folder, built once for all functions that run it, including its jobs. In `sst dev` it is the
 * source, which SST's bridge bundles at each change.
 *
 * @param folder relative to the project's root: `packages/api`. Its entry is `src/lambda.ts`.
 * @throws Error if the build fails, after it has printed why, or if the job does not exist.
 */
export function apiCode({ folder }: { readonly folder: string }): CodeSource {
  let bundle: string | undefined;
  return (job) => {
    if (job !== undefined) demandJob(folder, job);
    if ($dev) return { handler: `${folder}/src/${job === undefined ? "lambda" : `jobs/${job}`}.handler` };
    bundle ??= buildApi(folder);
    return { handler: job === undefined ? "bundle.handler" : `job-${job}.handler`, bundle };
  };
}

function demandJob(folder: string, job: string): void {
  const file = join(folder, "src/jobs", `${job}.ts`);
  if (existsSync(join($cli.paths.root, file))) return;
  throw new Error(
    `${file} does not exist; write the job ${job} there: export const handler = createJob(api, ...).`,
  );
}

/** Builds in a separate process, because SST has bundled this file into another one in another folder. */
function buildApi(folder: string): string {
  const { root, work } = $cli.paths;
  const out = join(work, "lambda", folder);
  const program = createRequire(join(root, "package.json")).resolve("@lambda-express-api/build/lambda.ts");
  // A project without the package `node` uses the Node that runs this.
  const ownNode = join(root, "node_modules/.bin/node");
  execFileSync(
    existsSync(ownNode) ? ownNode : process.execPath,
    [program, "--api", join(root, folder), "--architecture", "arm64", out],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  return out;
}
