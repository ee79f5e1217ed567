/**
 * Keeps the directions between the packages: the API and the gateway know nobody, infra reads the API's routes, delivery
 * knows infra, which does not know it, and local joins the rest. Also, what a package imports must be among its own
 * dependencies. What is outside the packages may know everybody, but what it imports by name must be named too.
 */
import { existsSync, globSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, normalize } from "node:path";

const MAY_IMPORT: Record<string, readonly string[]> = {
  api: [],
  delivery: ["api", "infra"],
  gateway: [],
  infra: ["api"],
  local: ["api", "gateway", "infra"],
};
const OUTSIDE = ["*.ts", "{scripts,bench,evidence,examples}/**/*.ts"];
/** Tests may also run what they made: a release's packages run as the local gateway runs a function. */
const TESTS_MAY_IMPORT: Record<string, readonly string[]> = { delivery: ["gateway"] };
const SCOPE = "@lambda-express-api/";
const IMPORT =
  /(?:^|\s)(?:import|export)\s[^;"']*?from\s+"([^"]+)"|import\(\s*"([^"]+)"\s*\)|^import\s+"([^"]+)"/gm;

/** Says, in sentences, what is wrong with the imports of one file. */
function faultsOf(file: string): string[] {
  const name = file.split("/")[1] ?? "";
  const manifest = JSON.parse(readFileSync(`packages/${name}/package.json`, "utf8"));
  const declared = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  const isTest = file.endsWith(".test.ts") || !file.includes("/src/");

  return specifiersOf(file).flatMap((specifier) => {
    // A package may go by its own name; a name that is filled in is a test's text, not an import.
    if (isBuiltin(specifier) || specifier.includes("${") || specifier.startsWith(SCOPE + name)) return [];
    if (specifier.startsWith(".")) {
      const target = normalize(join(file, "..", specifier));
      return target.startsWith(`packages/${name}/`)
        ? []
        : [`${file} reaches out of its package: ${specifier}`];
    }
    const dependency = specifier
      .split("/")
      .slice(0, specifier.startsWith("@") ? 2 : 1)
      .join("/");
    if (dependency.startsWith(SCOPE)) {
      const target = dependency.slice(SCOPE.length);
      const allowed = [...(MAY_IMPORT[name] ?? []), ...((isTest && TESTS_MAY_IMPORT[name]) || [])];
      if (!allowed.includes(target)) return [`${file} must not know ${dependency}`];
    }
    const known = isTest ? declared : Object.keys(manifest.dependencies ?? {});
    const isDeclared =
      known.includes(dependency) ||
      declared.includes(`@types/${dependency}`) ||
      dependency.startsWith("@types/");
    return isDeclared
      ? []
      : [`${file} imports ${dependency}, which packages/${name}/package.json does not name`];
  });
}

function specifiersOf(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(IMPORT)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? "",
  );
}

/** The same for a file that belongs to no package: the nearest manifest counts, and for a script that of the API it builds. */
function faultsOutside(file: string): string[] {
  const own = nearestManifest(dirname(file));
  const manifests = file.startsWith("scripts/") ? [own, "packages/api/package.json"] : [own];
  const declared = manifests.flatMap((path) => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(path, "utf8"));
    return Object.keys({ ...dependencies, ...devDependencies });
  });
  return specifiersOf(file).flatMap((specifier) => {
    const dependency = /^(@[^/]+\/)?[^./][^/]*/.exec(specifier)?.[0];
    const isKnown = !dependency || isBuiltin(specifier) || declared.includes(dependency);
    return isKnown ? [] : [`${file} imports ${dependency}, which is not named in ${manifests.join(" or ")}`];
  });
}

function nearestManifest(folder: string): string {
  const manifest = join(folder, "package.json");
  return existsSync(manifest) ? manifest : nearestManifest(dirname(folder));
}

const faults = globSync("packages/*/{src,test,build}/**/*.ts").flatMap(faultsOf);
faults.push(...globSync(OUTSIDE, { exclude: ["**/node_modules/**", "**/dist/**"] }).flatMap(faultsOutside));
for (const fault of faults) console.error(fault);
process.exit(faults.length > 0 ? 1 : 0);
