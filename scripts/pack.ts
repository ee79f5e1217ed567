/**
 * `npm run pack -- OUT [PACKAGE...]` builds the kit's packages for publishing: compiled JavaScript with types, because Node does
 * not strip types in `node_modules`. OUT gets a folder for `npm publish` and an archive for each package.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { builtinModules } from "node:module";
import { join, relative, resolve } from "node:path";
import { apiPage } from "./api-page.ts";

interface Packing {
  /** Files in addition to the sources, by target path. */
  readonly copied?: Readonly<Record<string, string>>;
  /** Sources that only this repository runs, and their dependencies. */
  readonly left?: { readonly sources: readonly string[]; readonly dependencies: readonly string[] };
}

/** Each package after its dependencies. */
const PACKAGES: Readonly<Record<string, Packing>> = {
  gateway: { copied: { "src/inspector/page": "dist/inspector/page", docs: "docs" } },
  kit: {
    copied: { assets: "assets", "edits.json": "edits.json", "../../docs/guides": "guides" },
  },
  build: {
    // The kit's package contains the files of the docs pages.
    left: {
      sources: ["docs.ts", "renew-redoc.ts", "vendored-redoc.ts"],
      dependencies: ["swagger-ui-dist", "swagger-ui-express"],
    },
  },
  infra: { copied: { "../../docs/benchmarks.json": "benchmarks.json" } },
  delivery: {},
  local: {},
  create: {
    copied: {
      "bin.js": "bin.js",
      template: "template",
      // The source files of a created project.
      "../../package.json": "repository/package.json",
      "../../biome.json": "repository/biome.json",
      "../../sst.config.ts": "repository/sst.config.ts",
      "../../.ci/deploy": "repository/.ci/deploy",
      "../../.ci/pin-base-image": "repository/.ci/pin-base-image",
      "../../.github/workflows/base-image.yml": "repository/.github/workflows/base-image.yml",
      "../../.github/workflows/deploy.yml": "repository/.github/workflows/deploy.yml",
      "../../stages.ts": "repository/stages.ts",
      "../../infra.ts": "repository/infra.ts",
      "../delivery/examples": "repository/packages/delivery/examples",
      "../api/package.json": "repository/packages/api/package.json",
      "../api/src": "repository/packages/api/src",
      "../api/test": "repository/packages/api/test",
      "../kit/package.json": "repository/packages/kit/package.json",
    },
  },
};

export const PUBLISHED: readonly string[] = Object.keys(PACKAGES);

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly exports?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** A fault in a package. */
export class PackError extends Error {}

const ROOT = join(import.meta.dirname, "..");
const SCOPE = "@lambda-express-api/";
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");
/** A quote before the keyword makes it a text. */
const SPECIFIER = /(?<!")(?:\bfrom\s*|\bimport\s*\(?\s*)"([@\w.][^"\n]*)"/g;
/** A module of one of these packages, imported or resolved; `sst.config.ts` names its file. */
const MODULE = /"(?:@lambda-express-api|\.\/packages)\/([\w-]+)\/(?:src\/)?([^"\n]+\.ts)"/g;
/** SST's globals are unknown here. The repository's type check covers them. */
const COMPONENTS = "src/components";
const IN_ONE_GO = { encoding: "utf8", maxBuffer: 100_000_000 } as const;

/**
 * Packs some of the packages and their dependencies.
 *
 * @param out a folder. Earlier output for these packages is replaced.
 * @returns the archives' names, by short package name.
 * @throws PackError
 */
export function packPackages(out: string, wanted = PUBLISHED): Readonly<Record<string, string>> {
  const unknown = wanted.filter((short) => !PUBLISHED.includes(short));
  if (unknown.length > 0)
    throw new PackError(`${unknown.join(", ")} is not published; the packages are ${PUBLISHED.join(", ")}.`);
  const needed = withSiblings(wanted);
  mkdirSync(out, { recursive: true });
  const modules = join(out, "node_modules");
  linkModules(modules);
  try {
    return Object.fromEntries(
      PUBLISHED.filter((short) => needed.has(short)).map((short) => [short, packPackage(out, short)]),
    );
  } finally {
    rmSync(modules, { recursive: true });
    for (const short of needed) rmSync(join(out, short, "node_modules"), { force: true });
  }
}

function withSiblings(wanted: readonly string[], found = new Set<string>()): ReadonlySet<string> {
  for (const short of wanted) {
    found.add(short);
    const siblings = Object.keys(readManifest(short).dependencies ?? {}).filter((name) =>
      name.startsWith(SCOPE),
    );
    const others = siblings.map((name) => name.slice(SCOPE.length)).filter((name) => !found.has(name));
    withSiblings(others, found);
  }
  return found;
}

/** The packages are compiled against each other as published, and against the installed packages. */
function linkModules(modules: string): void {
  rmSync(modules, { recursive: true, force: true });
  mkdirSync(join(modules, SCOPE), { recursive: true });
  for (const name of globSync("*", { cwd: join(ROOT, "node_modules") }))
    if (`${name}/` !== SCOPE) symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
  for (const short of PUBLISHED) symlinkSync(join("../..", short), join(modules, SCOPE, short));
}

function packPackage(out: string, short: string): string {
  const folder = join(out, short);
  const source = join(ROOT, "packages", short);
  const { copied = {}, left } = PACKAGES[short] ?? {};
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  // Its dependencies in versions that differ from the others'.
  const own = join(source, "node_modules");
  if (existsSync(own)) symlinkSync(own, join(folder, "node_modules"));

  const manifest = packedManifest(short);
  writeJson(join(folder, "package.json"), manifest);
  compile(folder, source, left?.sources ?? []);
  for (const [from, to] of Object.entries(copied)) {
    if (!existsSync(join(source, from)))
      throw new PackError(`packages/${short}/${from} does not exist; run: npm run build:docs`);
    cpSync(join(source, from), join(folder, to), { recursive: true });
    for (const page of to === "guides" ? globSync("guides/*.md", { cwd: folder }) : [])
      writeFileSync(join(folder, page), withoutSources(readFileSync(join(folder, page), "utf8")));
  }
  cpSync(join(ROOT, "LICENSE"), join(folder, "LICENSE"));
  const changelog = readFileSync(join(ROOT, "CHANGELOG.md"), "utf8");
  // Its links lead to this repository's pages.
  writeFileSync(join(folder, "CHANGELOG.md"), changelog.replaceAll(/\[([^\]]+)\]\((?!https:)[^)]+\)/g, "$1"));
  const readme = readFileSync(join(source, "README.md"), "utf8");
  writeFileSync(join(folder, "README.md"), readme.replaceAll(/\]\(src\/([\w/-]+)\.ts\)/g, "](dist/$1.d.ts)"));
  mkdirSync(join(folder, "docs"), { recursive: true });
  writeFileSync(join(folder, "docs/api.md"), apiPage(folder, manifest.name, publicEntries(short)));

  const faults = packageFaults(folder, manifest);
  if (faults.length > 0) throw new PackError(faults.join("\n"));
  const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", out], {
    cwd: folder,
    ...IN_ONE_GO,
  });
  return packed.trim();
}

/** A project has only the guides of this repository, so a link to other files becomes its text. */
function withoutSources(page: string): string {
  return page.replaceAll(/!?\[([^\]]+)\]\(\.\.\/[^)]+\)/g, "$1");
}

/** The named entries, and each module that sibling packages import. */
function packedManifest(short: string) {
  const {
    private: _,
    scripts: __,
    devDependencies: ___,
    ...described
  } = readManifest(short) as Manifest & Record<"private" | "scripts" | "devDependencies", unknown>;
  const { left, copied = {} } = PACKAGES[short] ?? {};
  const entries = Object.entries({ ...publicEntries(short), ...importedModules(described.name) });
  const dependencies = Object.entries(described.dependencies ?? {}).filter(
    ([name]) => !left?.dependencies.includes(name),
  );
  return {
    ...described,
    engines: { node: ">=24" },
    files: [
      "dist",
      "docs",
      "CHANGELOG.md",
      ...Object.values(copied).filter((to) => !/^(dist|docs)\b/.test(to)),
    ],
    exports: {
      ...Object.fromEntries(
        entries.map(([name, file]) => [
          name,
          { types: compiled(file, ".d.ts"), default: compiled(file, ".js") },
        ]),
      ),
      "./package.json": "./package.json",
    },
    ...(described.bin && {
      bin: Object.fromEntries(
        Object.entries(described.bin).map(([name, file]) => [name, compiled(file, ".js").slice("./".length)]),
      ),
    }),
    ...(described.dependencies && { dependencies: Object.fromEntries(dependencies) }),
  };
}

function publicEntries(short: string): Readonly<Record<string, string>> {
  const entries = Object.entries(readManifest(short).exports ?? {});
  return Object.fromEntries(entries.filter(([name]) => !name.includes("*")));
}

/** The modules of a package that other packages, a project or its deployment import by name. */
function importedModules(name: string): Readonly<Record<string, string>> {
  const files = [
    ...globSync("packages/*/{src,examples}/**/*.ts", { cwd: ROOT }),
    ...globSync("packages/create/template/**/*.ts", { cwd: ROOT }),
    "sst.config.ts",
    "stages.ts",
    "infra.ts",
  ];
  const modules = files
    .filter((file) => !file.endsWith(".test.ts") && !file.startsWith(`packages/${name.slice(SCOPE.length)}/`))
    .flatMap((file) => [...readFileSync(join(ROOT, file), "utf8").matchAll(MODULE)])
    .flatMap(([, of, module = ""]) => (SCOPE + of === name ? [module] : []));
  return Object.fromEntries([...new Set(modules)].sort().map((module) => [`./${module}`, `./src/${module}`]));
}

function compiled(file: string, extension: ".js" | ".d.ts"): string {
  return file.replace(/^\.\/src\//, "./dist/").replace(/\.ts$/, extension);
}

function compile(folder: string, source: string, left: readonly string[]): void {
  const src = join(folder, "src");
  const components = join(folder, COMPONENTS);
  cpSync(join(source, "src"), src, { recursive: true });
  for (const file of [...globSync("**/*.test.ts", { cwd: src }), ...left]) rmSync(join(src, file));
  tsc(folder, { include: ["src"], exclude: [COMPONENTS] });
  if (existsSync(components)) {
    // Separately, because exports need explicit types.
    for (const other of globSync("*", { cwd: src, exclude: ["components"] }))
      rmSync(join(src, other), { recursive: true });
    tsc(folder, { compilerOptions: { noCheck: true, isolatedDeclarations: true }, include: [COMPONENTS] });
  }
  rmSync(src, { recursive: true });
}

function tsc(
  folder: string,
  project: { compilerOptions?: object; include: string[]; exclude?: string[] },
): void {
  const file = join(folder, "tsconfig.json");
  writeJson(file, {
    extends: join(ROOT, "tsconfig.json"),
    ...project,
    compilerOptions: {
      noEmit: false,
      rewriteRelativeImportExtensions: true,
      declaration: true,
      rootDir: "src",
      outDir: "dist",
      ...project.compilerOptions,
    },
  });
  const { status, stdout } = spawnSync(process.execPath, [TSC, "-p", file], IN_ONE_GO);
  if (status !== 0) throw new PackError(stdout);
  rmSync(file);
}

/**
 * Finds files that would not work or should not exist outside this repository. Each fault is a sentence.
 *
 * @param folder a compiled package.
 */
export function packageFaults(
  folder: string,
  manifest: Pick<Manifest, "name" | "dependencies" | "peerDependencies">,
): string[] {
  const known = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  const faults: string[] = [];
  for (const file of globSync("dist/**/*.{js,ts}", { cwd: folder })) {
    const text = readFileSync(join(folder, file), "utf8");
    const fault = (what: string) => faults.push(`${manifest.name}: ${file} ${what}`);
    if (/\.test\./.test(file)) fault("is a test");
    if (text.includes(ROOT)) fault("has a path of this machine");
    if (text.includes("sourceMappingURL")) fault("names a source map");
    const source = text
      .split("\n")
      .find((line) => /import\.meta\.(dir|file|url)/.test(line) && /\.ts["`]/.test(line));
    if (source && file.endsWith(".js")) fault(`looks for a source that is not published: ${source.trim()}`);
    for (const specifier of specifiersOf(text)) {
      const [name = ""] = /^(@[^/]+\/)?[^/]+/.exec(specifier) ?? [];
      if (specifier.startsWith(".")) {
        // A declaration file names sources but means the declarations beside them.
        const published = join(
          folder,
          file,
          "..",
          specifier.replace(/\.ts$/, file.endsWith(".d.ts") ? ".d.ts" : ".ts"),
        );
        if (!existsSync(published)) fault(`imports ${specifier}, which is not published`);
      } else if (!specifier.startsWith("node:") && !builtinModules.includes(name) && name !== manifest.name) {
        const typed = existsSync(join(ROOT, "node_modules/@types", name)) && file.endsWith(".d.ts");
        if (!known.includes(name) && !known.includes(`@types/${name}`))
          fault(`imports ${name}, which its package.json does not name`);
        else if (typed && !known.includes(`@types/${name}`))
          fault(`has types of ${name}, so @types/${name} must be a dependency`);
      }
    }
  }
  return faults;
}

/** The imports of a module. Text in backticks or single quotes does not count. */
function specifiersOf(text: string): string[] {
  const isOpen = (quote: string, before: string) => before.split(quote).length % 2 === 0;
  return [...text.matchAll(SPECIFIER)]
    .filter(({ index }) => {
      const before = text.slice(0, index);
      return !isOpen("`", before) && !isOpen("'", before.slice(before.lastIndexOf("\n") + 1));
    })
    .map(([, specifier = ""]) => specifier);
}

function readManifest(short: string): Manifest {
  return JSON.parse(readFileSync(join(ROOT, "packages", short, "package.json"), "utf8"));
}

function writeJson(file: string, content: object): void {
  writeFileSync(file, `${JSON.stringify(content, undefined, 2)}\n`);
}

if (import.meta.main) {
  const [out, ...wanted] = process.argv.slice(2);
  try {
    if (out === undefined) throw new PackError("Name a folder, for example: npm run pack -- /tmp/packages");
    const archives = packPackages(resolve(out), wanted.length > 0 ? wanted : PUBLISHED);
    for (const archive of Object.values(archives)) console.log(join(relative("", resolve(out)), archive));
  } catch (error) {
    if (!(error instanceof PackError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
