/**
 * Enforces the directions between packages: the kit and the gateway import no other package, the app imports the kit, and no
 * package needs the app, at run time or in tests. A package must declare every package that it imports.
 */
import { existsSync, globSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { basename, dirname, join, normalize } from "node:path";

const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  kit: [],
  gateway: [],
  build: ["kit"],
  infra: ["kit", "build"],
  delivery: ["kit", "build", "infra"],
  local: ["kit", "build", "gateway", "infra", "delivery"],
  api: ["kit"],
};
/** Tests may also use these, for example to run a release's package in the local gateway. */
const TESTS_MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  delivery: ["gateway"],
  api: ["infra", "local"],
};
const INSIDE = ["packages/*/**/*.ts"];
const OUTSIDE = ["*.ts", "{scripts,bench,evidence,examples}/**/*.ts"];
const EXCLUDED = [
  "**/node_modules/**",
  "**/dist/**",
  "**/.sst/**",
  // Files of other projects.
  "packages/create/template/**",
  "scripts/owners-edits/**",
  "scripts/projects/*/**",
];

/** Files that an owner may change: the app, and the repository's pages. */
const OWNERS_FILE = /packages\/api\b|(?:\.\.\/)+api["'`/]|\bdocs\/(?:guides|errors)\/|\bexamples\/orders\b/;
/** Tests of the pages about a package, which are not part of `npm test`. */
const OF_PAGES = "guides.suite.ts";
/** These tests contain the text of invented repositories. */
const MADE_UP = [
  "packages/create/test/create.test.ts",
  "scripts/check-imports.test.ts",
  "scripts/check-kit-words.test.ts",
  "scripts/ci-deploy.test.ts",
];

const SCOPE = "@lambda-express-api/";
const STATIC = /(?:^|\s)(?:import|export)\s(?:[^;"']*?from\s+)?"([^"]+)"/gm;
/** A module that a program resolves, to start or read it, counts as an import. */
const DYNAMIC = /(?:import|import\.meta\.resolve|require\.resolve)\(\s*"([^"]+)"\s*\)/g;
/**
 * Imports inside texts do not count: templates, and strings in single quotes, which the formatter keeps only around double
 * quotes.
 */
const COMMENT_STRING_TEMPLATE =
  /\/\*[\s\S]*?\*\/|\/\/.*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[\s\S]|[^`\\])*`/g;

interface Manifest {
  readonly exports?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** Finds imports in the wrong direction or without a declaration. Each fault is a sentence. */
export function importFaults(root: string): string[] {
  const files = (patterns: string[]) => globSync(patterns, { cwd: root, exclude: EXCLUDED }).sort();
  return [
    ...files(INSIDE).flatMap((file) => faultsInside(root, file)),
    ...files(OUTSIDE).flatMap((file) => faultsOutside(root, file)),
    ...files([...INSIDE, "scripts/*.test.ts"]).flatMap((file) => faultsOfTest(root, file)),
  ];
}

/** An owner's edits must not break the kit's tests, so these use fixtures and do not name the owner's files. */
function faultsOfTest(root: string, file: string): string[] {
  const isOther = file.startsWith("packages/api/") || file.split("/")[2] === "examples";
  if (isOther || !isTest(file) || basename(file) === OF_PAGES || MADE_UP.includes(file)) return [];
  return readFileSync(join(root, file), "utf8")
    .split("\n")
    .flatMap((line, index) => {
      const found = OWNERS_FILE.exec(line)?.[0];
      return found ? [`${file}:${index + 1} names ${found}, which owners may change; use a fixture`] : [];
    });
}

/** Tests, and everything outside `src`. */
function isTest(file: string): boolean {
  return file.split("/")[2] !== "src" || file.endsWith(".test.ts");
}

function faultsInside(root: string, file: string): string[] {
  const [, name = ""] = file.split("/");
  const manifest = `packages/${name}/package.json`;
  const declared = declaredNames(readManifest(root, manifest));
  const known = isTest(file)
    ? declared.all
    : [...declared.atRunTime, ...(mayNeedOptional(file) ? declared.optional : [])];
  const allowed = [...(MAY_IMPORT[name] ?? []), ...((isTest(file) && TESTS_MAY_IMPORT[name]) || [])];

  const faults = importsOf(root, file).flatMap(({ specifier, isType }) => {
    if (specifier.startsWith(".")) {
      const target = normalize(join(file, "..", specifier));
      return target.startsWith(`packages/${name}/`)
        ? []
        : [`${file} reaches out of its package: ${specifier}`];
    }
    const dependency = packageOf(specifier);
    // A package may import itself by name.
    if (!dependency || dependency === SCOPE + name) return [];
    if (dependency.startsWith(SCOPE) && !allowed.includes(dependency.slice(SCOPE.length)))
      return [`${file} must not import ${dependency}`];
    const isDeclared =
      known.includes(dependency) || (isType && declared.all.some((name) => providesTypes(name, dependency)));
    return isDeclared ? [] : [`${file} imports ${dependency}, which ${manifest} does not declare for it`];
  });
  return [...new Set(faults)];
}

/** Types do not exist at run time, so they may come from a development dependency. */
function providesTypes(declared: string, dependency: string): boolean {
  return declared === dependency || declared === `@types/${dependency}`;
}

/** Outside the packages every direction is allowed, but the nearest manifest must declare each import. */
function faultsOutside(root: string, file: string): string[] {
  const manifest = nearestManifest(root, dirname(file));
  const { all } = declaredNames(readManifest(root, manifest));
  if (file.startsWith("examples/")) return faultsOfExample(root, file, manifest, all);
  return importsOf(root, file).flatMap(({ specifier }) => {
    const dependency = packageOf(specifier);
    // A folder with its own lock file finds this repository's packages above it.
    return !dependency || dependency.startsWith(SCOPE) || all.includes(dependency)
      ? []
      : [`${file} imports ${dependency}, which ${manifest} does not declare`];
  });
}

/** Imports of `sst.config.ts` and `stages.ts`, as in every project. */
const OF_EVERY_PROJECT = ["infra/stage.ts", "infra/stages.ts"].map((door) => SCOPE + door);

/** An example must work as an owner's project: it imports only its own files and what packages export by name. */
function faultsOfExample(
  root: string,
  file: string,
  manifest: string,
  declared: readonly string[],
): string[] {
  const folder = `${file.split("/").slice(0, 2).join("/")}/`;
  return importsOf(root, file).flatMap(({ specifier }) => {
    if (specifier.startsWith("."))
      return normalize(join(file, "..", specifier)).startsWith(folder)
        ? []
        : [`${file} reaches out of its project: ${specifier}`];
    const dependency = packageOf(specifier);
    if (!dependency) return [];
    if (!declared.includes(dependency))
      return [`${file} imports ${dependency}, which ${manifest} does not declare`];
    if (!dependency.startsWith(SCOPE) || OF_EVERY_PROJECT.includes(specifier)) return [];
    const { exports = {} } = readManifest(root, `packages/${dependency.slice(SCOPE.length)}/package.json`);
    return Object.hasOwn(exports, `.${specifier.slice(dependency.length)}`)
      ? []
      : [`${file} imports ${specifier}, which a created project cannot`];
  });
}

/** Modules for owners who have installed their dependencies. No other module imports them. */
const OPT_IN = [
  "packages/kit/src/shared-store/dynamo-store.ts",
  "packages/kit/src/tracing/measured-spans.ts",
  "packages/kit/src/tracing/open-telemetry.ts",
  "packages/kit/src/tracing/outgoing-calls.ts",
];

function mayNeedOptional(file: string): boolean {
  return isTesting(file) || OPT_IN.includes(file);
}

/** Modules for owners' tests, which may need packages that are optional at run time. */
function isTesting(file: string): boolean {
  return file.split("/")[3] === "testing";
}

function declaredNames({
  dependencies,
  devDependencies,
  peerDependencies = {},
  peerDependenciesMeta,
}: Manifest) {
  const isOptional = (name: string) => peerDependenciesMeta?.[name]?.optional === true;
  const peers = Object.keys(peerDependencies);
  return {
    atRunTime: [...Object.keys(dependencies ?? {}), ...peers.filter((name) => !isOptional(name))],
    optional: peers.filter(isOptional),
    all: Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies }),
  };
}

function readManifest(root: string, path: string): Manifest {
  return JSON.parse(readFileSync(join(root, path), "utf8"));
}

function nearestManifest(root: string, folder: string): string {
  const manifest = join(folder, "package.json");
  return existsSync(join(root, manifest)) ? manifest : nearestManifest(root, dirname(folder));
}

interface Import {
  readonly specifier: string;
  /** Whether the import disappears at run time. */
  readonly isType: boolean;
}

function importsOf(root: string, file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8");
  const code = text.replaceAll(COMMENT_STRING_TEMPLATE, (token) => (/^['`]/.test(token) ? "" : token));
  return [...code.matchAll(STATIC), ...code.matchAll(DYNAMIC)].map(([match, specifier = ""]) => ({
    specifier,
    isType: /^\s*(import|export) type\b/.test(match),
  }));
}

/** The package of a specifier; `undefined` for Node's modules, paths and other texts. */
function packageOf(specifier: string): string | undefined {
  if (isBuiltin(specifier)) return undefined;
  return /^(@[\w-]+\/)?[\w-][\w.-]*(?=\/|$)/.exec(specifier)?.[0];
}

if (import.meta.main) {
  const faults = importFaults(".");
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exit(1);
}
