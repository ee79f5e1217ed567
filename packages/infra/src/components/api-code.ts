/** The code of a function: built by the project's own build and not by SST (docs/decisions/0013-lambda-build.md). */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

export interface FunctionCode {
  /** The entry, seen from the root of the project; or, with `bundle`, from a folder that is ready to be run. */
  readonly handler: string;
  readonly bundle?: string;
  /** Is given the folder that SST has bundled into, before it is packed. */
  readonly afterBundling?: (folder: string) => Promise<void>;
}

/**
 * Is asked for the code only where the deployment brings it.
 *
 * @param job the name of a file in `src/jobs`, without its ending. Default: the API itself.
 */
export type CodeSource = (job?: string) => FunctionCode;

/**
 * The code of the API in a folder. It is built once, for all functions that run it, the jobs beside it among them. In `sst
 * dev` it is the source, which SST's bridge bundles at each change.
 *
 * @param folder seen from the root of the project: `packages/api`. Its entry is `src/lambda.ts`.
 * @throws Error when the build fails, which has printed why, or where there is no such job.
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

/** The build is a process of its own: SST has bundled this file into another one, in another folder. */
function buildApi(folder: string): string {
  const { root, work } = $cli.paths;
  const out = join(work, "lambda", folder);
  const program = createRequire(join(root, "package.json")).resolve("@lambda-express-api/build/lambda.ts");
  // A project that has Node from elsewhere runs this with it.
  const ownNode = join(root, "node_modules/.bin/node");
  execFileSync(
    existsSync(ownNode) ? ownNode : process.execPath,
    [program, "--api", join(root, folder), "--architecture", "arm64", out],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  return out;
}
