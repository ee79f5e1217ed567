import { existsSync } from "node:fs";
import { join } from "node:path";
import { KIT_ASSETS } from "./kit-folder.ts";

/** Not published with this package, because a published kit contains the files. */
const PROGRAM = "./docs.ts";

/**
 * Makes the files of the docs pages if they are missing. They are made when the packages are installed,
 * unless that was done without scripts (`npm ci --ignore-scripts`).
 */
export async function makeMissingDocsFiles(): Promise<void> {
  if (!existsSync(join(KIT_ASSETS, "docs-pages.json"))) await import(PROGRAM);
}
