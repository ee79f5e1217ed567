/** Packs what Lambda is given: the same bytes for the same files, on any machine, at any time. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { zipSync } from "fflate";

export interface Package {
  readonly zip: Uint8Array;
  /** SHA-256 of the zip in base64, as Lambda and S3 tell it. */
  readonly codeSha256: string;
  /** SHA-256 of the files, in hex, without what only tells which build they are of. */
  readonly contentHash: string;
}

/**
 * What may be another file in each build of the same code: version and commit, and V8's code caches, whose bytes also
 * depend on when V8 compiled what. The name of a code cache is the hash of its source, and stands in the entry.
 */
const OF_THE_BUILD = /^release\.json$|\.cache$/;

const UNIX = 3;
/** A file that every user may read: Lambda runs the code as another user. */
const READABLE = 0o100644 << 16;

/** @throws Error for what is neither a file nor a folder. */
export function pack(folder: string): Package {
  const files = filesOf(folder);
  const hash = createHash("sha256");
  for (const [name, bytes] of files) {
    if (OF_THE_BUILD.test(name)) continue;
    hash.update(`${name.length} ${name} ${bytes.length} `).update(bytes);
  }
  // The first moment that a zip can tell, in whatever zone this is: a zip knows none.
  const mtime = new Date(1980, 0, 1);
  const zip = zipSync(Object.fromEntries(files), { level: 9, mtime, os: UNIX, attrs: READABLE });
  return {
    zip,
    codeSha256: createHash("sha256").update(zip).digest("base64"),
    contentHash: hash.digest("hex"),
  };
}

/** By name, whatever the order of the file system. */
function filesOf(folder: string): [name: string, bytes: Uint8Array][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry): [string, Uint8Array] => {
      const file = join(entry.parentPath, entry.name);
      if (!entry.isFile()) throw new Error(`${file} is not a regular file, and cannot be packed`);
      return [relative(folder, file).replaceAll(sep, "/"), readFileSync(file)];
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
