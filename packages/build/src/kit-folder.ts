import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the kit's modules are. */
export const KIT_SOURCE = dirname(fileURLToPath(import.meta.resolve("@lambda-express-api/kit")));

/** The files of the docs pages, which the kit ships. */
export const KIT_ASSETS = join(KIT_SOURCE, "../assets");
