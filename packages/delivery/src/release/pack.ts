/** Packs the code for Lambda: the same bytes for the same files, on any machine, at any time. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { type Zippable, zipSync } from "fflate";

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
/** For every user, because Lambda runs the code as a different user. */
const READABLE = 0o100644 << 16;
const EXECUTABLE = 0o100755 << 16;

interface PackedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly isExecutable: boolean;
}

/** @throws Error for anything but files and folders. */
export function pack(folder: string): Package {
  const files = filesOf(folder);
  const hash = createHash("sha256");
  const entries: Zippable = {};
  for (const { name, bytes, isExecutable } of files) {
    entries[name] = [bytes, { attrs: isExecutable ? EXECUTABLE : READABLE }];
    if (OF_THE_BUILD.test(name)) continue;
    hash.update(`${name.length} ${name} ${isExecutable ? "x" : ""}${bytes.length} `).update(bytes);
  }
  // The earliest time in a zip, which has no time zone.
  const mtime = new Date(1980, 0, 1);
  const zip = zipSync(entries, { level: 9, mtime, os: UNIX });
  return {
    zip,
    codeSha256: createHash("sha256").update(zip).digest("base64"),
    contentHash: hash.digest("hex"),
  };
}

/** Sorted by name, because the file system's order differs. */
function filesOf(folder: string): readonly PackedFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      if (!entry.isFile()) throw new Error(`${file} is not a regular file and cannot be packed; remove it`);
      const name = relative(folder, file).replaceAll(sep, "/");
      return { name, bytes: readFileSync(file), isExecutable: (statSync(file).mode & 0o111) !== 0 };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
