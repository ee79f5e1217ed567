/**
 * The files of the docs pages, as `npm run build:docs` wrote them: in two compressed forms, with a list of
 * their versions. They are in the folder `assets`, beside `src` here and beside the bundle in Lambda. Loaded
 * by the first request for one.
 */
import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { ApiError } from "../errors/api-error.ts";
import { hasEntityTag } from "../request/entity-tags.ts";
import { preferences } from "../request/preferences.ts";

const LIST = join("assets", "docs-pages.json");
/** When a bundle runs inside a project, as with `sst dev`, the files are not beside it. */
const FOLDERS = ["", join("packages", "kit"), join("node_modules", "@lambda-express-api", "kit")];
const FOREVER = "public, max-age=31536000, immutable";
const ASK_AGAIN = "no-cache";

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};
/** By preference. */
const CODINGS = [
  { name: "br", extension: ".br" },
  { name: "gzip", extension: ".gz" },
] as const;
const unzip = promisify(gunzip);

export interface FileRequest {
  readonly "accept-encoding"?: string | undefined;
  readonly "if-none-match"?: string | undefined;
}

export type FileReply = { readonly headers: Readonly<Record<string, string>> } & (
  | { readonly status: 200; readonly body: Uint8Array }
  | { readonly status: 304; readonly body: undefined }
);

interface FileList {
  readonly folder: string;
  readonly versions: Readonly<Record<string, string>>;
}

let list: FileList | undefined;

function files(): FileList {
  list ??= readList();
  return list;
}

/** The version of a file, for its URL. */
export function fileVersion(name: string): string | undefined {
  const { versions } = files();
  return Object.hasOwn(versions, name) ? versions[name] : undefined;
}

/**
 * Responds to a request for a file in the smallest coding that the caller accepts, or with 304.
 *
 * @param version the version in the URL: the response may be cached permanently if it is the file's own.
 * @param headers more headers for the response.
 * @throws ApiError 001404
 */
export async function answerFile(
  name: string,
  request: FileRequest,
  {
    version,
    headers = {},
  }: { version?: string | undefined; headers?: Readonly<Record<string, string>> } = {},
): Promise<FileReply> {
  const current = fileVersion(name);
  if (current === undefined) throw new ApiError("001404", { reason: "There is no such file" });
  const accepted = preferences(request["accept-encoding"]);
  const coding = CODINGS.find((candidate) => (accepted.get(candidate.name) ?? 0) > 0);
  const etag = `"${current}${coding ? `-${coding.name}` : ""}"`;
  // A 304 needs them too: a browser applies its headers to the cached page (RFC 9111, section 3.2).
  const always = {
    etag,
    vary: "accept-encoding",
    "cache-control": version === current ? FOREVER : ASK_AGAIN,
    ...headers,
  };
  if (hasEntityTag(request["if-none-match"], etag)) return { status: 304, body: undefined, headers: always };
  return {
    status: 200,
    body: await read(name, coding?.extension),
    headers: {
      ...always,
      "content-type": CONTENT_TYPES[extname(name)] ?? "application/octet-stream",
      ...(coding && { "content-encoding": coding.name }),
    },
  };
}

async function read(name: string, extension: ".br" | ".gz" | undefined): Promise<Uint8Array> {
  const file = join(files().folder, name);
  return extension ? readFile(file + extension) : unzip(await readFile(`${file}.gz`));
}

/** Searches upward, because a bundler may put this module anywhere below its output folder. */
function readList(): FileList {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const file = FOLDERS.map((inner) => join(folder, inner, LIST)).find((candidate) => existsSync(candidate));
    if (file) return { folder: dirname(file), versions: JSON.parse(readFileSync(file, "utf8")) };
    if (folder === dirname(folder)) {
      throw new Error("The files of the docs pages are missing; run: npm run build:docs");
    }
  }
}
