/** The API's own code: built by the API's own build, and not by SST (docs/decisions/0013-lambda-build.md). */
import { execFileSync } from "node:child_process";
import { join } from "node:path";

export interface FunctionCode {
  /** The entry, seen from the root of the project; or, with `bundle`, from a folder that is ready to be run. */
  readonly handler: string;
  readonly bundle?: string;
  /** Is given the folder that SST has bundled into, before it is packed. */
  readonly afterBundling?: (folder: string) => Promise<void>;
}

let built: FunctionCode | undefined;

/**
 * Builds the API, once however many functions run it. In `sst dev` it is the source, which SST's bridge bundles at each
 * change.
 *
 * The build is a process of its own, because SST has bundled this file into another one, in another folder.
 *
 * @throws Error when the build fails; it has said why.
 */
export function apiCode(): FunctionCode {
  if ($dev) return { handler: "packages/api/src/runtime/lambda/main.handler" };
  built ??= { handler: "bundle.handler", bundle: buildApi() };
  return built;
}

function buildApi(): string {
  const folder = join($cli.paths.work, "lambda");
  execFileSync(
    join($cli.paths.root, "node_modules/.bin/node"),
    [join($cli.paths.root, "packages/api/build/lambda.ts"), folder],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  return folder;
}
