import { existsSync } from "node:fs";
import { join } from "node:path";

const PACKED = join(import.meta.dirname, "../repository");

/** The files that a project is made of: in this repository, or as they were packed with this program. */
export const REPOSITORY = existsSync(PACKED) ? PACKED : join(import.meta.dirname, "../../..");
