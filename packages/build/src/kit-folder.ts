import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ENTRY = fileURLToPath(import.meta.resolve("@lambda-express-api/kit"));

/** The folder of the kit's modules. */
export const KIT_SOURCE = dirname(ENTRY);

/** The file of one of the kit's modules: a source, or JavaScript if the kit is an installed package. */
export function kitModule(name: string): string {
  return join(KIT_SOURCE, name + extname(ENTRY));
}

/** The files of the docs pages, which the kit ships. */
export const KIT_ASSETS = join(KIT_SOURCE, "../assets");
