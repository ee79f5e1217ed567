/** The code of a function: built by the project's own build and not by SST (docs/decisions/0013-lambda-build.md). */
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";

export interface FunctionCode {
  /** The entry, seen from the root of the project; or, with `bundle`, from a folder that is ready to be run. */
  readonly handler: string;
  readonly bundle?: string;
  /** Is given the folder that SST has bundled into, before it is packed. */
  readonly afterBundling?: (folder: string) => Promise<void>;
}

/** Is asked for the code only where the deployment brings it. */
export type CodeSource = () => FunctionCode;

/**
 * The code of the API in a folder. It is built once, for all functions that run it. In `sst dev` it is the source, which
 * SST's bridge bundles at each change.
 *
 * @param folder seen from the root of the project: `packages/api`. Its entry is `src/lambda.ts`.
 * @throws Error when the build fails, which has printed why.
 */
export function apiCode({ folder }: { readonly folder: string }): CodeSource {
  let built: FunctionCode | undefined;
  return () => {
    if ($dev) return { handler: `${folder}/src/lambda.handler` };
    built ??= { handler: "bundle.handler", bundle: buildApi(folder) };
    return built;
  };
}

/** The build is a process of its own: SST has bundled this file into another one, in another folder. */
function buildApi(folder: string): string {
  const { root, work } = $cli.paths;
  const out = join(work, "lambda", folder);
  const program = createRequire(join(root, "package.json")).resolve("@lambda-express-api/build/lambda.ts");
  execFileSync(
    join(root, "node_modules/.bin/node"),
    [program, "--api", join(root, folder), "--architecture", "arm64", out],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  return out;
}
