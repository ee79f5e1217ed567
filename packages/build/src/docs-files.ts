import { existsSync } from "node:fs";
import { join } from "node:path";
import { KIT_ASSETS } from "./kit-folder.ts";

/**
 * Makes the files of the docs pages where they are missing. They are made when the packages are installed, unless that was
 * done without scripts (`npm ci --ignore-scripts`).
 */
export async function makeMissingDocsFiles(): Promise<void> {
  if (!existsSync(join(KIT_ASSETS, "docs-pages.json"))) await import("./docs.ts");
}
