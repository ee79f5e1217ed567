/**
 * Keeps the directions between the packages: the kit and the gateway know no other package, the app knows the kit, and no
 * package needs the app, neither to run nor to be tested. What a package imports by name must be named in its own manifest.
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
/** Tests may also run what they made: a release's packages run as the local gateway runs a function. */
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

/** What an owner may change: the app, and the pages of the repository. */
const OWNERS_FILE = /packages\/api\b|(?:\.\.\/)+api["'`/]|\bdocs\/(?:guides|errors)\/|\bexamples\/orders\b/;
/** Tests that are not part of `npm test`: what the pages say of a package. */
const OF_PAGES = "guides.suite.ts";
/** Their text is of a repository that they make up. */
const MADE_UP = [
  "packages/create/test/create.test.ts",
  "scripts/check-imports.test.ts",
  "scripts/check-kit-words.test.ts",
  "scripts/ci-deploy.test.ts",
];

const SCOPE = "@lambda-express-api/";
const STATIC = /(?:^|\s)(?:import|export)\s(?:[^;"']*?from\s+)?"([^"]+)"/gm;
/** What a program looks up to start it or to read it counts as imported. */
const DYNAMIC = /(?:import|import\.meta\.resolve|require\.resolve)\(\s*"([^"]+)"\s*\)/g;
/**
 * An import in a text is not one: in a template, and in single quotes, in which the formatter leaves only strings that have
 * double ones.
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

/** Finds, as sentences, the imports in a repository that go in a wrong direction or are not declared. */
export function importFaults(root: string): string[] {
  const files = (patterns: string[]) => globSync(patterns, { cwd: root, exclude: EXCLUDED }).sort();
  return [
    ...files(INSIDE).flatMap((file) => faultsInside(root, file)),
    ...files(OUTSIDE).flatMap((file) => faultsOutside(root, file)),
    ...files([...INSIDE, "scripts/*.test.ts"]).flatMap((file) => faultsOfTest(root, file)),
  ];
}

/** An owner's edits must not fail the kit's own tests: these run on fixtures, and name nothing of the owner's. */
function faultsOfTest(root: string, file: string): string[] {
  const isOther = file.startsWith("packages/api/") || file.split("/")[2] === "examples";
  if (isOther || !isTest(file) || basename(file) === OF_PAGES || MADE_UP.includes(file)) return [];
  return readFileSync(join(root, file), "utf8")
    .split("\n")
    .flatMap((line, index) => {
      const found = OWNERS_FILE.exec(line)?.[0];
      return found
        ? [`${file}:${index + 1} names ${found}, which is its owner's to change; use a fixture`]
        : [];
    });
}

/** Everything beside the sources, and the tests among them. */
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
    // A package may go by its own name.
    if (!dependency || dependency === SCOPE + name) return [];
    if (dependency.startsWith(SCOPE) && !allowed.includes(dependency.slice(SCOPE.length)))
      return [`${file} must not import ${dependency}`];
    const isDeclared =
      known.includes(dependency) || (isType && declared.all.some((name) => providesTypes(name, dependency)));
    return isDeclared ? [] : [`${file} imports ${dependency}, which ${manifest} does not declare for it`];
  });
  return [...new Set(faults)];
}

/** Types are not there at run time, so they may come from a development dependency. */
function providesTypes(declared: string, dependency: string): boolean {
  return declared === dependency || declared === `@types/${dependency}`;
}

/** Outside the packages every direction is allowed; what is imported by name must be in the nearest manifest. */
function faultsOutside(root: string, file: string): string[] {
  const manifest = nearestManifest(root, dirname(file));
  const { all } = declaredNames(readManifest(root, manifest));
  if (file.startsWith("examples/")) return faultsOfExample(root, file, manifest, all);
  return importsOf(root, file).flatMap(({ specifier }) => {
    const dependency = packageOf(specifier);
    // A folder with its own lock file finds the packages of this repository above it.
    return !dependency || dependency.startsWith(SCOPE) || all.includes(dependency)
      ? []
      : [`${file} imports ${dependency}, which ${manifest} does not declare`];
  });
}

/** Of `sst.config.ts` and `stages.ts`, as every project has them. */
const OF_EVERY_PROJECT = ["infra/stage.ts", "infra/stages.ts"].map((door) => SCOPE + door);

/** An example is what its owner would have: it stays in its folder, and knows of the packages what they export by name. */
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

/** What no other module imports, and an owner does who has installed what it needs. */
const OPT_IN = [
  "packages/kit/src/shared-store/dynamo-store.ts",
  "packages/kit/src/tracing/measured-spans.ts",
  "packages/kit/src/tracing/open-telemetry.ts",
  "packages/kit/src/tracing/outgoing-calls.ts",
];

function mayNeedOptional(file: string): boolean {
  return isTesting(file) || OPT_IN.includes(file);
}

/** Modules that an owner's tests call: they may need what is optional at run time. */
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
  /** Whether it is gone at run time. */
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

/** The package that a specifier names; `undefined` for Node's own modules, and for paths and texts that name none. */
function packageOf(specifier: string): string | undefined {
  if (isBuiltin(specifier)) return undefined;
  return /^(@[\w-]+\/)?[\w-][\w.-]*(?=\/|$)/.exec(specifier)?.[0];
}

if (import.meta.main) {
  const faults = importFaults(".");
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exit(1);
}
