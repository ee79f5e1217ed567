/** Loads the bundled app, for the entries of the function and of the container. */
import { createLog } from "@lambda-express-api/kit/log.ts";
import { createFileLoader } from "./load-files.ts";

/** Filled in by the build. */
declare const APP_FILE: string;
declare const HAS_CODE_CACHES: boolean;
declare const BUILT_BY: string;

/**
 * Runs `app.js`, and returns its exports.
 *
 * @param write receives a line if V8 does not use the code cache.
 */
export function loadApp(write: (line: string) => void) {
  let isTold = false;

  /** One line: if one file's code cache is refused, all are, for the same reason. */
  function tellOnce(codeCache: string): void {
    if (isTold) return;
    isTold = true;
    createLog(write).warn("code cache not used", { codeCache, builtBy: BUILT_BY, node: process.version });
  }

  const load = createFileLoader(APP_FILE, {
    folder: import.meta.dirname,
    hasCodeCaches: HAS_CODE_CACHES,
    onUnusable: tellOnce,
  });
  return load(APP_FILE);
}
