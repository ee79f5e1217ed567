import { existsSync } from "node:fs";
import { join } from "node:path";

const PACKED = join(import.meta.dirname, "../repository");

/** Whether this program runs from an installed package. */
export const IS_PUBLISHED = existsSync(PACKED);

/** The folder with the project's source files: this repository, or their copy in the installed package. */
export const REPOSITORY = IS_PUBLISHED ? PACKED : join(import.meta.dirname, "../../..");
