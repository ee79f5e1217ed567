/** The entry of the built function, `bundle.handler`, and of the jobs beside it. */

import { writeLine } from "@lambda-express-api/kit/lambda/write-line.ts";
import { createLog } from "@lambda-express-api/kit/log.ts";
import { createFileLoader } from "./load-files.ts";

/** Filled in by the build. */
declare const APP_FILE: string;
declare const HAS_CODE_CACHES: boolean;
declare const BUILT_BY: string;

let isTold = false;

/** One line: if one file's code cache is refused, all are, for the same reason. */
function tellOnce(codeCache: string): void {
  if (isTold) return;
  isTold = true;
  createLog(writeLine).warn("code cache not used", { codeCache, builtBy: BUILT_BY, node: process.version });
}

const load = createFileLoader(APP_FILE, {
  folder: import.meta.dirname,
  hasCodeCaches: HAS_CODE_CACHES,
  onUnusable: tellOnce,
});

export const { handler, jobs } = load(APP_FILE);
