/** ReDoc's built files, which are in this repository. `renew-redoc.ts` takes them from its package. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const VENDORED_REDOC = join(import.meta.dirname, "../vendor/redoc");

/** The origin of the files, from `source.json`. */
export interface VendoredSource {
  readonly package: string;
  readonly version: string;
  /** The integrity of the package's archive, as in the registry and lock files. */
  readonly integrity: string;
  /** The SHA-256 of each file, in hexadecimal. */
  readonly files: Readonly<Record<string, string>>;
}

export function readSource(folder = VENDORED_REDOC): VendoredSource {
  return JSON.parse(readFileSync(join(folder, "source.json"), "utf8"));
}

/**
 * Reads one of ReDoc's files.
 *
 * @throws if it is not the file that `source.json` names.
 */
export function readRedoc(name: string, folder = VENDORED_REDOC): Buffer {
  const content = readFileSync(join(folder, name));
  if (sha256(content) !== readSource(folder).files[name]) {
    throw new Error(
      `${join(folder, name)} is not the file that source.json describes; replace both with npx node packages/build/src/renew-redoc.ts.`,
    );
  }
  return content;
}

export function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
