/**
 * Bundles an entry into a few files of CommonJS: `app.js` with all that is loaded at the start, and a file for each
 * part that is loaded on demand. A file is one function, as Node would wrap it; `load-files.ts` runs it.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type BuildOptions, build, type Metafile, type Plugin } from "esbuild";
import { lazyRequires } from "./lazy-requires.ts";
import { separateEntryPoints, separatePackages } from "./separate-packages.ts";

export const APP_FILE = "app.js";

const COMMON = {
  bundle: true,
  platform: "node",
  target: "node24",
  logLevel: "warning",
} satisfies BuildOptions;

/** The source files in each file, seen from the working directory. */
export type FileSources = Readonly<Record<string, readonly string[]>>;

/**
 * Writes the files into a folder.
 *
 * @param exported what `app.js` exports: the names, and the modules that have them.
 * @throws Error when something cannot be bundled.
 */
export async function bundleFiles(
  exported: Readonly<Record<string, string>>,
  folder: string,
): Promise<FileSources> {
  const chunkFolder = await mkdtemp(join(tmpdir(), "chunks-"));
  try {
    const chunks = await splitIntoChunks(exported, chunkFolder);
    const atStart = withImports(chunks, APP_FILE);
    const onDemand = [...chunks.keys()].filter((chunk) => !atStart.has(chunk));
    await writeAppFile(chunkFolder, folder, atStart, onDemand);
    await writeOtherFiles(chunkFolder, folder, [...chunks.keys()], onDemand);

    const sources = (chunk: string) => Object.keys(chunks.get(chunk)?.inputs ?? {});
    return {
      [APP_FILE]: [...atStart].flatMap(sources).sort(),
      ...Object.fromEntries(onDemand.map((chunk) => [chunk, sources(chunk).sort()])),
    };
  } finally {
    await rm(chunkFolder, { recursive: true, force: true });
  }
}

type Chunks = ReadonlyMap<string, Metafile["outputs"][string]>;

/** esbuild finds out what the parts share, but splits ES modules only. */
async function splitIntoChunks(exported: Readonly<Record<string, string>>, outdir: string): Promise<Chunks> {
  const { metafile } = await build({
    ...COMMON,
    entryPoints: { app: ENTRY, ...separateEntryPoints() },
    outdir,
    splitting: true,
    format: "esm",
    metafile: true,
    legalComments: "inline",
    define: { "import.meta.dirname": "__dirname" },
    plugins: [entryOf(exported), separatePackages, lazyRequires],
  });
  return new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]));
}

const ENTRY = "app-entry";

function entryOf(exported: Readonly<Record<string, string>>): Plugin {
  const contents = Object.entries(exported)
    .map(([name, module]) => `export { ${name} } from ${JSON.stringify(module)};`)
    .join("\n");
  return {
    name: ENTRY,
    setup(build) {
      build.onResolve({ filter: new RegExp(`^${ENTRY}$`) }, () => ({ path: ENTRY, namespace: ENTRY }));
      build.onLoad({ filter: /./, namespace: ENTRY }, () => ({ contents, resolveDir: "/" }));
    },
  };
}

/** A chunk, and every chunk that is loaded with it. */
function withImports(chunks: Chunks, chunk: string, found = new Set<string>()): ReadonlySet<string> {
  found.add(chunk);
  for (const { path, kind } of chunks.get(chunk)?.imports ?? []) {
    const imported = basename(path);
    if (kind === "import-statement" && chunks.has(imported) && !found.has(imported)) {
      withImports(chunks, imported, found);
    }
  }
  return found;
}

const COMMONJS = {
  ...COMMON,
  format: "cjs",
  minify: true,
  legalComments: "external",
  supported: { "dynamic-import": false },
  banner: { js: "(function(exports,require,module,__dirname){" },
  footer: { js: "})" },
} satisfies BuildOptions;

/** One file of all chunks of the start, because each file costs a read. The others find its chunks by their names. */
async function writeAppFile(
  chunkFolder: string,
  folder: string,
  atStart: ReadonlySet<string>,
  onDemand: readonly string[],
): Promise<void> {
  const shared = [...atStart].filter((chunk) => chunk !== APP_FILE);
  const exported = shared.map((chunk) => `export * as "./${chunk}" from "./${chunk}";`);
  await build({
    ...COMMONJS,
    stdin: { contents: `export * from "./${APP_FILE}";${exported.join("")}`, resolveDir: chunkFolder },
    outfile: join(folder, APP_FILE),
    external: onDemand.map((chunk) => `./${chunk}`),
  });
}

async function writeOtherFiles(
  chunkFolder: string,
  folder: string,
  chunks: readonly string[],
  onDemand: readonly string[],
): Promise<void> {
  await build({
    ...COMMONJS,
    entryPoints: onDemand.map((chunk) => join(chunkFolder, chunk)),
    outdir: folder,
    external: chunks.map((chunk) => `./${chunk}`),
  });
}
