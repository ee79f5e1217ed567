import { existsSync } from "node:fs";
import { join } from "node:path";

const PACKED = join(import.meta.dirname, "../repository");

/** Whether this program is itself an installed package. */
export const IS_PUBLISHED = existsSync(PACKED);

/** The files that a project is made of: in this repository, or as they were packed with this program. */
export const REPOSITORY = IS_PUBLISHED ? PACKED : join(import.meta.dirname, "../../..");
