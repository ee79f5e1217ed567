/**
 * Bundles an API, for the function and for the container, into a few files: `app.js` with everything that is
 * loaded at the start, and a file for each part that is loaded on demand. A file is one function, as Node
 * would wrap a CommonJS module; `load-files.ts` runs it. If a module uses top-level await, which functions cannot, the files are ES modules
 * instead.
 */
import { readFile, rm } from "node:fs/promises";
import { builtinModules } from "node:module";
import { basename, join, resolve } from "node:path";
import {
  type BuildFailure,
  type BuildOptions,
  type BuildResult,
  build,
  context,
  type Metafile,
  type Plugin,
} from "esbuild";
import { APP_FILE, APP_MODULE } from "./app-file.ts";
import type { ExternalPackages } from "./external-packages.ts";
import { lazyRequires } from "./lazy-requires.ts";
import { withoutSetter } from "./natural-names.ts";
import { nodeBuiltins } from "./node-builtins.ts";
import { AS_MODULES, NODE_RESOLUTION, nodeModules } from "./node-modules.ts";
import { type Inspect, isNode, type Node } from "./rewrite.ts";
import { separateEntryPoints, separatePackages } from "./separate-packages.ts";
import { type CodeFile, codeWriter } from "./write-code.ts";

const COMMON = {
  bundle: true,
  platform: "node",
  target: "node24",
  logLevel: "warning",
  sourcesContent: false,
  sourcemap: "inline",
  // Errors need class names, and stacks need function names.
  keepNames: true,
} satisfies BuildOptions;

export interface Bundle {
  /** What is loaded at the start: `APP_FILE`, or `APP_MODULE` if a module uses top-level await. */
  readonly entry: string;
  /** The source files in each file, relative to the working directory. */
  readonly sources: Readonly<Record<string, readonly string[]>>;
}

export interface BundleOptions {
  /** The source of the entry, an ES module. */
  readonly entry: string;
  /** Values of names in the sources. */
  readonly define?: Readonly<Record<string, string>>;
  /** The output folder. */
  readonly folder: string;
  readonly externals: ExternalPackages;
}

/**
 * Writes the files, each with its source map beside it.
 *
 * @throws Error when something cannot be bundled.
 */
export async function bundleFiles(options: BundleOptions): Promise<Bundle> {
  const folder = resolve(options.folder);
  const chunkFolder = join(folder, "chunks");
  try {
    const chunks = await splitIntoChunks(options, chunkFolder);
    const atStart = withImports(chunks, APP_FILE);
    const onDemand = [...chunks.keys()].filter((chunk) => !atStart.has(chunk));
    await writeScripts([
      ...(await appFile(chunkFolder, folder, atStart, onDemand)),
      ...(await otherFiles(chunkFolder, folder, [...chunks.keys()], onDemand)),
    ]);

    const sources = (chunk: string) => Object.keys(chunks.get(chunk)?.inputs ?? {});
    return {
      entry: APP_FILE,
      sources: {
        [APP_FILE]: [...atStart].flatMap(sources).sort(),
        ...Object.fromEntries(onDemand.map((chunk) => [chunk, sources(chunk).sort()])),
      },
    };
  } catch (error) {
    const awaits = (error as Partial<BuildFailure>).errors?.some(({ text }) =>
      text.startsWith("Top-level await"),
    );
    if (!awaits) throw error;
    return bundleModules(options);
  } finally {
    await rm(chunkFolder, { recursive: true, force: true });
  }
}

type Chunks = ReadonlyMap<string, Metafile["outputs"][string]>;

/** Bundles again as long as packages turn out to be external. */
async function buildAll<Options extends BuildOptions>(
  options: Options,
  externals: ExternalPackages,
): Promise<BuildResult<Options>> {
  const bundling = await context<Options>(options as never);
  try {
    let result: BuildResult<Options>;
    let leftOut: number;
    do {
      leftOut = externals.leftOut;
      result = await bundling.rebuild();
    } while (externals.leftOut > leftOut);
    return result;
  } finally {
    await bundling.dispose();
  }
}

/** esbuild finds out what the parts share, but splits ES modules only. */
async function splitIntoChunks({ entry, define, externals }: BundleOptions, outdir: string): Promise<Chunks> {
  const options = {
    ...COMMON,
    ...NODE_RESOLUTION,
    entryPoints: { app: ENTRY, ...separateEntryPoints() },
    outdir,
    splitting: true,
    format: "esm",
    metafile: true,
    legalComments: "inline",
    define: { ...define, "import.meta": "__meta" },
    plugins: [entryOf(entry), separatePackages, nodeModules(externals), lazyRequires],
  } satisfies BuildOptions;
  const { metafile } = await buildAll(options, externals);
  return chunksOf(metafile);
}

async function bundleModules({ entry, define, folder, externals }: BundleOptions): Promise<Bundle> {
  const options = {
    ...COMMON,
    ...NODE_RESOLUTION,
    ...AS_MODULES,
    define: { ...define, ...AS_MODULES.define },
    entryPoints: { app: ENTRY },
    outdir: folder,
    metafile: true,
    write: false,
    legalComments: "external",
    plugins: [entryOf(entry), nodeBuiltins, nodeModules(externals), lazyRequires],
  } satisfies BuildOptions;
  const { metafile, outputFiles } = await buildAll(options, externals);
  await writeModules(outputFiles);
  const files = [...chunksOf(metafile)].map(
    ([file, { inputs }]) => [file, Object.keys(inputs).sort()] as const,
  );
  return { entry: APP_MODULE, sources: Object.fromEntries(files) };
}

function chunksOf({ outputs }: Metafile): Chunks {
  return new Map(Object.entries(outputs).map(([path, output]) => [basename(path), output]));
}

const ENTRY = "app-entry";

function entryOf(contents: string): Plugin {
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
  // A tsconfig.json above the folder must not matter.
  tsconfigRaw: "{}",
  format: "cjs",
  // Otherwise esbuild adds a list of exports for Node, which is wrong in strict mode for a name like `static`.
  platform: "neutral",
  write: false,
  // The first bundling has already printed all warnings, and top-level await is valid here.
  logLevel: "silent",
  legalComments: "external",
  // Strict, as ES modules are.
  banner: {
    js: '(function(exports,require,module,__filename,__dirname,__meta,__load,__parts){"use strict";',
  },
  footer: { js: "})" },
} satisfies BuildOptions;

/** Packages that are not bundled, and Node's own modules. */
const EXTERNALS = ["./node_modules/*", "node:*", ...builtinModules];

/**
 * One file for all chunks of the start, because each file costs a read. The others find its chunks by name.
 */
async function appFile(
  chunkFolder: string,
  folder: string,
  atStart: ReadonlySet<string>,
  onDemand: readonly string[],
): Promise<readonly CodeFile[]> {
  const shared = [...atStart].filter((chunk) => chunk !== APP_FILE);
  const exported = shared.map((chunk) => `export * as "./${chunk}" from "./${chunk}";`);
  const { outputFiles } = await build({
    ...COMMONJS,
    absWorkingDir: chunkFolder,
    stdin: { contents: `export * from "./${APP_FILE}";${exported.join("")}`, resolveDir: chunkFolder },
    outfile: join(folder, APP_FILE),
    external: [...EXTERNALS, ...onDemand.map((chunk) => `./${chunk}`)],
  });
  return outputFiles;
}

/** The files of each chunk of the last bundling, by its name and text: a process that builds again makes them once. */
let made: ReadonlyMap<string, readonly CodeFile[]> = new Map();

/** @returns for each chunk its file and the licences in it. */
async function otherFiles(
  chunkFolder: string,
  folder: string,
  chunks: readonly string[],
  onDemand: readonly string[],
): Promise<readonly CodeFile[]> {
  const last = made;
  const keys = new Map<string, string>();
  for (const chunk of onDemand)
    keys.set(chunk, `${chunk} ${await readFile(join(chunkFolder, chunk), "utf8")}`);
  const { outputFiles } = await build({
    ...COMMONJS,
    absWorkingDir: chunkFolder,
    entryPoints: onDemand
      .filter((chunk) => !last.has(keys.get(chunk) ?? ""))
      .map((chunk) => join(chunkFolder, chunk)),
    outdir: folder,
    external: [...EXTERNALS, ...chunks.map((chunk) => `./${chunk}`)],
  });
  const files = outputFiles.map(({ path, text }) => ({ path: basename(path), text }));
  made = new Map(
    [...keys].map(([chunk, key]) => [
      key,
      last.get(key) ?? files.filter(({ path }) => path === chunk || path.startsWith(`${chunk}.`)),
    ]),
  );
  return [...made.values()].flat().map(({ path, text }) => ({ path: join(folder, path), text }));
}

/** `import()` becomes a call of the loader, which knows the files. */
const replaceImports: Inspect = (node, _ancestors, replace) => {
  const { type, start, end } = node;
  const parts = partsOf(node);
  if (parts) replace(start, end, `__parts(${JSON.stringify(parts)})`);
  else if (type === "ImportExpression") replace(start, start + "import".length, "__load");
};

const writeScripts = codeWriter({ minifyWhitespace: true }, replaceImports);
const writeModules = codeWriter({ minifyWhitespace: true });

/** The key of a route, `GET /v1/orders/{orderId}`. */
const ROUTE_KEY = /^[A-Z]+ \/[^\t\n]*$/;

/**
 * Changes a list of routes: V8 would have to read a function of each endpoint at every start, so it becomes a
 * text, from which the loader makes the function that is asked for.
 *
 * @returns for `{ "GET /v1/orders": async () => (await import("./file.js")).name }` the line
 *   `GET /v1/orders\t./file.js name`, one for each route.
 */
function partsOf({ type, properties }: Node): string | undefined {
  if (type !== "ObjectExpression") return undefined;
  const lines = (properties as readonly Node[]).map(({ type, key, value, computed }) => {
    if (type !== "Property" || computed || !isNode(key) || !isNode(value)) return undefined;
    if (typeof key.value !== "string" || !ROUTE_KEY.test(key.value)) return undefined;
    const part = partOf(withoutSetter(value));
    return part && `${key.value}\t${part}\n`;
  });
  if (lines.length === 0 || lines.includes(undefined)) return undefined;
  return `\n${lines.join("")}`;
}

/** Returns for `async () => (await import("./file.js")).name` the text `./file.js name`. */
function partOf({ type, async: isAsync, params, body }: Node): string | undefined {
  if (type !== "ArrowFunctionExpression" || !isAsync || !isEmpty(params) || !isNode(body)) return undefined;
  if (body.type !== "MemberExpression" || body.computed || !isNode(body.object)) return undefined;
  const { object: awaited, property } = body;
  const imported = awaited.type === "AwaitExpression" ? awaited.argument : undefined;
  if (!isNode(imported) || imported.type !== "ImportExpression" || imported.options) return undefined;
  const { source: file } = imported;
  if (!isNode(file) || typeof file.value !== "string" || !isNode(property)) return undefined;
  return `${file.value} ${property.name}`;
}

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
