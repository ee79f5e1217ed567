/**
 * Packages that are not bundled but copied with all their dependencies into `node_modules` of the built
 * folder: those with compiled code (addons, `.node` files), those that require at run time what no bundler
 * sees, those that work in sloppy mode only, and those in `build.external` of the API's package.json.
 */
import { closeSync, cpSync, existsSync, openSync, readFileSync, readSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { basename, dirname, extname, join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";

/** The machine that an addon is for. */
export interface Machine {
  readonly os: NodeJS.Platform;
  readonly cpu: NodeJS.Architecture;
}

export const THIS_MACHINE: Machine = { os: process.platform, cpu: process.arch };

/** A mistake that the API's owner can correct. */
export class ExternalPackageError extends Error {}

interface Manifest {
  readonly name?: string;
  readonly gypfile?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly build?: { readonly external?: unknown };
}

/** Packages that others use to find or compile their addons. */
const ADDON_LOADERS = [
  "bindings",
  "node-gyp-build",
  "node-gyp-build-optional-packages",
  "@mapbox/node-pre-gyp",
];
/** The name of a package that contains only an addon: `@img/sharp-linux-arm64`. */
const PLATFORM_PACKAGE = /(linux|darwin|win32)/;
const PACKAGE = /^(.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+))[\\/]/;

export interface ExternalPackages {
  /** Where a file is found from the built folder; `undefined` if it is bundled. */
  locate(file: string): string | undefined;
  /**
   * Leaves the package of a bundled file out of the next bundling.
   *
   * @returns `false` if the file is in no package.
   */
  leaveOut(file: string): boolean;
  /** How many packages were left out. */
  readonly leftOut: number;
  /**
   * Copies each located package and all its dependencies.
   *
   * @returns the packages whose addon for the machine is not installed, by name, and what to do.
   */
  copy(out: string, machine: Machine): ReadonlyMap<string, string>;
}

/**
 * @param root of the API.
 * @throws ExternalPackageError if `build.external` is not a list of installed packages.
 */
export function externalPackages(root: string): ExternalPackages {
  const named = new Set(namedExternals(root));
  const located = new Map<string, string>();
  /** By package folder: a package is external as a whole or not at all. */
  const decided = new Map<string, boolean>();
  const leftOut = new Set<string>();

  function isExternal(name: string, folder: string, file: string): boolean {
    return named.has(name) || extname(file) === ".node" || hasAddon(folder) || makesRequire(file);
  }

  return {
    locate(file) {
      const [, folder, name] = PACKAGE.exec(file) ?? [];
      if (!folder || !name) return undefined;
      const isKnown = decided.get(folder) ?? isExternal(name, folder, file);
      decided.set(folder, isKnown);
      if (!isKnown) return undefined;
      const place = located.get(folder) ?? placeFor(name, folder, located);
      located.set(folder, place);
      return `./${join(place, relative(folder, file)).replaceAll(sep, "/")}`;
    },
    leaveOut(file) {
      const [, folder] = PACKAGE.exec(file) ?? [];
      if (!folder) return false;
      leftOut.add(folder);
      decided.set(folder, true);
      return true;
    },
    get leftOut() {
      return leftOut.size;
    },
    copy(out, machine) {
      const copying: Copying = {
        out,
        machine,
        places: new Map(located),
        copied: new Map(),
        missing: new Map(),
      };
      for (const [folder, place] of located) copyPackage(folder, place, copying);
      return copying.missing;
    },
  };
}

/** At the top, or below its dependent if another version is there. */
function placeFor(name: string, folder: string, places: ReadonlyMap<string, string>, dependent = ""): string {
  const taken = new Set(places.values());
  const top = join("node_modules", name);
  if (!taken.has(top)) return top;
  const nested = join(dependent, "node_modules", name);
  if (dependent !== "" && !taken.has(nested)) return nested;
  throw new ExternalPackageError(
    `Two versions of ${name} are external, one of them in ${folder}; install only one.`,
  );
}

function namedExternals(root: string): readonly string[] {
  const { build: { external = [] } = {} } = manifestOf(root);
  if (!Array.isArray(external) || external.some((name) => typeof name !== "string")) {
    throw new ExternalPackageError(
      `build.external in ${join(root, "package.json")} must be a list of package names, for example ["pdfkit"]`,
    );
  }
  for (const name of external) {
    if (!folderOf(name, root))
      throw new ExternalPackageError(
        `build.external lists ${name}, which is not installed; run: npm install ${name}`,
      );
  }
  return external;
}

function manifestOf(folder: string): Manifest {
  const file = join(folder, "package.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
}

function folderOf(name: string, dependent: string): string | undefined {
  try {
    const manifest = findPackageJSON(name, pathToFileURL(`${dependent}/`));
    return manifest && dirname(manifest);
  } catch {
    return undefined;
  }
}

const known = new Map<string, boolean>();

function hasAddon(folder: string): boolean {
  const found = known.get(folder) ?? findsAddon(folder);
  known.set(folder, found);
  return found;
}

/** A package is judged by the first of its files, which is usually all of it. */
function makesRequire(file: string): boolean {
  return /\.m?js$/.test(file) && readFileSync(file, "utf8").includes("createRequire(import.meta.url)");
}

function findsAddon(folder: string): boolean {
  const { gypfile, dependencies = {}, optionalDependencies = {} } = manifestOf(folder);
  return (
    gypfile === true ||
    existsSync(join(folder, "binding.gyp")) ||
    ADDON_LOADERS.some((loader) => loader in dependencies) ||
    Object.keys(optionalDependencies).some((name) => PLATFORM_PACKAGE.test(name))
  );
}

interface Copying {
  readonly out: string;
  readonly machine: Machine;
  /** The target of each folder. */
  readonly places: Map<string, string>;
  /** The number of addons in each. */
  readonly copied: Map<string, number>;
  readonly missing: Map<string, string>;
}

/** @returns how many addons it has for the machine, including those of its machine-specific packages. */
function copyPackage(folder: string, place: string, copying: Copying): number {
  const { out, machine, places, copied, missing } = copying;
  const known = copied.get(place);
  if (known !== undefined) return known;
  copied.set(place, 0);
  const { name = basename(folder), ...manifest } = manifestOf(folder);
  let addons = 0;
  cpSync(folder, join(out, place), {
    recursive: true,
    dereference: true,
    filter(file) {
      if (relative(folder, file).split(sep).includes("node_modules")) return false;
      if (extname(file) !== ".node") return true;
      const fits = isFor(file, machine);
      if (fits) addons++;
      return fits;
    },
  });

  for (const [dependency, isOptional] of dependenciesOf(manifest)) {
    const found = folderOf(dependency, folder);
    if (!found || !allows(manifestOf(found), machine)) {
      if (!found && !isOptional)
        throw new ExternalPackageError(
          `${name} requires ${dependency}, which is not installed; run: npm install`,
        );
      continue;
    }
    const target = places.get(found) ?? placeFor(dependency, found, places, place);
    places.set(found, target);
    const theirs = copyPackage(found, target, copying);
    if (PLATFORM_PACKAGE.test(dependency)) addons += theirs;
  }
  if (addons === 0 && hasAddon(folder)) missing.set(name, whatToInstall(name, folder, machine));
  copied.set(place, addons);
  return addons;
}

/** Each with whether it is optional. */
function dependenciesOf(manifest: Manifest): ReadonlyMap<string, boolean> {
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = manifest;
  const all = new Map<string, boolean>();
  for (const name of Object.keys(dependencies)) all.set(name, false);
  for (const name of Object.keys({ ...optionalDependencies, ...peerDependencies })) all.set(name, true);
  return all;
}

/** https://docs.npmjs.com/cli/configuring-npm/package-json#os, cpu and libc; Lambda's has glibc. */
function allows({ os, cpu, libc }: Manifest, machine: Machine): boolean {
  const includes = (list: readonly string[] | undefined, value: string) =>
    !list ||
    ((list.includes(value) || list.some((entry) => entry.startsWith("!"))) && !list.includes(`!${value}`));
  return (
    includes(os, machine.os) &&
    includes(cpu, machine.cpu) &&
    (machine.os !== "linux" || includes(libc, "glibc"))
  );
}

/** @throws ExternalPackageError if an addon is missing. */
export function demandAddons(missing: ReadonlyMap<string, string>): void {
  if (missing.size > 0) throw new ExternalPackageError([...missing.values()].join("\n"));
}

/** Whether an error was thrown in one of the packages. */
export function isThrownIn(error: unknown, names: readonly string[]): boolean {
  const stack = error instanceof Error ? (error.stack ?? "").replaceAll(sep, "/") : "";
  return names.some((name) => stack.includes(`/node_modules/${name}/`));
}

function whatToInstall(name: string, folder: string, { os, cpu }: Machine): string {
  const { optionalDependencies = {} } = manifestOf(folder);
  const comesAsPackage = Object.keys(optionalDependencies).some((key) => PLATFORM_PACKAGE.test(key));
  return comesAsPackage
    ? `node_modules does not contain the addon of ${name} for ${os}-${cpu}; run: npm install --os=${os} --cpu=${cpu}`
    : `${name} does not include an addon for ${os}-${cpu}, because npm downloads or compiles it during installation. Run npm ci and the build on ${os}-${cpu}, for example in a container.`;
}

/** ELF's names of machines: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html */
const ELF_MACHINES: Readonly<Record<number, NodeJS.Architecture>> = { 62: "x64", 183: "arm64" };

/**
 * Whether an addon is for a machine, by its header. Only Linux's addons can be checked; on another system all
 * are accepted.
 */
function isFor(file: string, { os, cpu }: Machine): boolean {
  if (os !== "linux") return true;
  const header = Buffer.alloc(20);
  const descriptor = openSync(file, "r");
  try {
    readSync(descriptor, header, 0, header.length, 0);
  } finally {
    closeSync(descriptor);
  }
  return header.toString("latin1", 0, 4) === "\x7fELF" && ELF_MACHINES[header.readUInt16LE(18)] === cpu;
}
