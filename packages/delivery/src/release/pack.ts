/** Packs the code for Lambda: the same bytes for the same files, on any machine, at any time. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { zipSync } from "fflate";

export interface Package {
  readonly zip: Uint8Array;
  /** SHA-256 of the zip in base64, as Lambda and S3 return it. */
  readonly codeSha256: string;
  /** SHA-256 of the files in hex, without files that only identify the build. */
  readonly contentHash: string;
}

/**
 * Files that differ between builds of the same code: version and commit, and V8's code caches, whose bytes depend on the order
 * of compilation.
 */
const OF_THE_BUILD = /^release\.json$|\.cache$/;

const UNIX = 3;
/** Readable for every user, because Lambda runs the code as a different user. */
const READABLE = 0o100644 << 16;

/** @throws Error for anything but files and folders. */
export function pack(folder: string): Package {
  const files = filesOf(folder);
  const hash = createHash("sha256");
  for (const [name, bytes] of files) {
    if (OF_THE_BUILD.test(name)) continue;
    hash.update(`${name.length} ${name} ${bytes.length} `).update(bytes);
  }
  // The earliest time in a zip, which has no time zone.
  const mtime = new Date(1980, 0, 1);
  const zip = zipSync(Object.fromEntries(files), { level: 9, mtime, os: UNIX, attrs: READABLE });
  return {
    zip,
    codeSha256: createHash("sha256").update(zip).digest("base64"),
    contentHash: hash.digest("hex"),
  };
}

/** Sorted by name, because the file system's order differs. */
function filesOf(folder: string): [name: string, bytes: Uint8Array][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry): [string, Uint8Array] => {
      const file = join(entry.parentPath, entry.name);
      if (!entry.isFile()) throw new Error(`${file} is not a regular file and cannot be packed; remove it`);
      return [relative(folder, file).replaceAll(sep, "/"), readFileSync(file)];
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
