/**
 * `npm run update [-- FOLDER]` updates the kit's packages in a project, from archives in a folder or to the newest versions
 * in the registry. It changes their versions, the lock file, `vendor/` and generated files, but no file that the owner
 * wrote: it lists what the owner must edit, with file and line.
 */
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { exitCodeOf, PlainError } from "../command.ts";
import { compareVersions } from "./versions.ts";

const SCOPE = "@lambda-express-api/";
const ARCHIVE = /^lambda-express-api-([a-z]+)-(\d+\.\d+\.\d+(?:-[\w.]+)?)\.tgz$/;
const MANIFEST = "package.json";

const EXAMPLE = "lambda-express-api-kit-0.1.0.tgz";
const HOW_TO_PACK =
  "To create the archives, run npm run pack -- ../packages in a clone of the kit's repository.";

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
}

/** A change that the new version needs in an owner's file, from the kit's `edits.json`. */
interface Edit {
  /** The version that needs the change. */
  readonly version: string;
  /** A regular expression for the lines to change, and the files to search. */
  readonly pattern: string;
  readonly files: string;
  readonly edit: string;
}

interface Sources {
  /** By package, as in `package.json`. */
  readonly versions: ReadonlyMap<string, string>;
  /** The archives of `vendor`, by file name. */
  readonly archives: ReadonlyMap<string, Buffer>;
}

async function update(): Promise<number> {
  const [folder, ...rest] = process.argv.slice(2);
  if (rest.length > 0 || folder?.startsWith("-"))
    throw new PlainError("Enter at most one folder of archives: npm run update -- ../packages");
  const manifest: Manifest = JSON.parse(readFileSync(MANIFEST, "utf8"));
  const names = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  const kit = names.filter((name) => name.startsWith(SCOPE));
  if (kit.length === 0)
    throw new PlainError(`${MANIFEST} does not list any ${SCOPE} packages, so there is nothing to update.`);

  const before = installedVersion();
  install(manifest, folder === undefined ? newest(kit, manifest) : archived(kit, resolve(folder)));
  const after = installedVersion();
  // The API may not load before the owner's edits.
  const isGenerated = spawnSync("npm", ["run", "--silent", "generate"]).status === 0;

  console.log(`${before} -> ${after}\n`);
  if (compareVersions(after, before) < 0)
    console.log(`Warning: ${after} is older than ${before}, the version that was installed.\n`);
  console.log(changesBetween(before, after));
  const edits = [...editsBetween(before, after), ...editsOfVendor(), ...typeFaults()];
  if (edits.length === 0 && isGenerated) {
    console.log("You do not need to edit anything. Run npm test and npm run check.");
    return 0;
  }
  console.log(`Edit these lines:\n\n${edits.map((edit) => `  ${edit}`).join("\n")}\n`);
  console.log("Then run npm run generate, npm test and npm run check.");
  return 1;
}

/** The folder's archives of its newest version. */
function archived(kit: readonly string[], folder: string): Sources {
  if (!existsSync(folder))
    throw new PlainError(`${folder} does not exist; enter the folder that contains the new archives.`);
  const found = readdirSync(folder).flatMap((file) => {
    const [, short = "", version] = ARCHIVE.exec(file) ?? [];
    return version === undefined ? [] : [{ file, version, name: SCOPE + short }];
  });
  const newest = found
    .map(({ version }) => version)
    .toSorted(compareVersions)
    .at(-1);
  if (newest === undefined)
    throw new PlainError(
      `${folder} does not contain any of the kit's archives, such as ${EXAMPLE}. ${HOW_TO_PACK}`,
    );
  const files = new Map(
    found.filter(({ version }) => version === newest).map(({ name, file }) => [name, file] as const),
  );
  const missing = kit.filter((name) => !files.has(name));
  if (missing.length > 0)
    throw new PlainError(`${folder} does not contain version ${newest} of ${missing.join(", ")}.`);
  const wanted = kit.map((name) => [name, files.get(name) ?? ""] as const);
  return {
    versions: new Map(wanted.map(([name, file]) => [name, `file:vendor/${file}`])),
    archives: new Map(wanted.map(([, file]) => [file, readFileSync(join(folder, file))])),
  };
}

/** The registry's versions. */
function newest(kit: readonly string[], { dependencies, devDependencies }: Manifest): Sources {
  const current = { ...dependencies, ...devDependencies };
  try {
    return {
      versions: new Map(kit.map((name) => [name, run("npm", ["view", name, "version"]).trim()])),
      archives: new Map(),
    };
  } catch (error) {
    const isVendored = kit.some((name) => current[name]?.startsWith("file:vendor/"));
    if (!isVendored || !(error instanceof PlainError && /\bE404\b/.test(error.message))) throw error;
    throw new PlainError(
      `This project keeps the kit's packages as archives in vendor, because the registry does not have them; enter the folder that contains the new archives: npm run update -- ../packages. ${HOW_TO_PACK}`,
    );
  }
}

/** Installs the packages. If npm fails, `package.json` and `vendor` stay unchanged. */
function install(manifest: Manifest, sources: Sources): void {
  const before = { manifest: readFileSync(MANIFEST, "utf8"), archives: readArchives() };
  try {
    writeArchives(sources.archives);
    writeManifest(manifest, sources.versions);
    // npm keeps an installed archive if a new one has the same version, unless it is named.
    const named = [...sources.versions.values()].filter((version) => version.startsWith("file:"));
    run("npm", ["install", "--no-audit", "--no-fund", ...named]);
  } catch (error) {
    writeArchives(before.archives);
    writeFileSync(MANIFEST, before.manifest);
    throw error;
  }
}

function readArchives(): ReadonlyMap<string, Buffer> {
  const files = existsSync("vendor") ? readdirSync("vendor").filter((file) => ARCHIVE.test(file)) : [];
  return new Map(files.map((file) => [file, readFileSync(join("vendor", file))]));
}

/** Replaces the kit's archives in `vendor`, and removes the folder if it is empty. */
function writeArchives(archives: ReadonlyMap<string, Buffer>): void {
  for (const file of readArchives().keys()) rmSync(join("vendor", file));
  mkdirSync("vendor", { recursive: true });
  for (const [file, content] of archives) writeFileSync(join("vendor", file), content);
  if (readdirSync("vendor").length === 0) rmSync("vendor", { recursive: true });
}

function writeManifest(manifest: Manifest, sources: ReadonlyMap<string, string>): void {
  for (const dependencies of [manifest.dependencies, manifest.devDependencies]) {
    for (const name of Object.keys(dependencies ?? {})) {
      const source = sources.get(name);
      if (dependencies && source !== undefined) dependencies[name] = source;
    }
  }
  writeFileSync(MANIFEST, `${JSON.stringify(manifest, undefined, 2)}\n`);
}

const kitFile = (name: string) => join("node_modules", SCOPE, "kit", name);

function installedVersion(): string {
  return existsSync(kitFile(MANIFEST))
    ? JSON.parse(readFileSync(kitFile(MANIFEST), "utf8")).version
    : "0.0.0";
}

/** The change log's sections that are newer than `before`. */
function changesBetween(before: string, after: string): string {
  const log = existsSync(kitFile("CHANGELOG.md")) ? readFileSync(kitFile("CHANGELOG.md"), "utf8") : "";
  const parts = log.split(/^(?=## )/m).filter((part) => {
    const version = /^## \[?(\d+\.\d+\.\d+[^\s\]]*)/.exec(part)?.[1];
    return version !== undefined && isNewer(version, before) && !isNewer(version, after);
  });
  return parts.length > 0
    ? parts.join("")
    : "The changelog does not contain changes between the two versions.\n";
}

function isNewer(version: string, than: string): boolean {
  return compareVersions(version, than) > 0;
}

function editsBetween(before: string, after: string): string[] {
  const edits: readonly Edit[] = existsSync(kitFile("edits.json"))
    ? JSON.parse(readFileSync(kitFile("edits.json"), "utf8"))
    : [];
  return edits
    .filter(({ version }) => isNewer(version, before) && !isNewer(version, after))
    .flatMap(({ pattern, files, edit }) =>
      globSync(files, { exclude: ["node_modules/**"] })
        .sort()
        .flatMap((file) => {
          const lines = readFileSync(file, "utf8").split("\n");
          return lines.flatMap((line, index) =>
            new RegExp(pattern).test(line) ? [`${file}:${index + 1} ${edit}`] : [],
          );
        }),
    );
}

/** The image of a project with `vendor` copies the archives. */
function editsOfVendor(): string[] {
  if (existsSync("vendor") || !existsSync("Dockerfile")) return [];
  return readFileSync("Dockerfile", "utf8")
    .split("\n")
    .flatMap((line, index) =>
      /^COPY vendor /.test(line)
        ? [`Dockerfile:${index + 1} delete ${line}: the kit now comes from the registry`]
        : [],
    );
}

/** The compiler's errors, such as `src/api.ts(12,3): error TS2322: ...`. */
function typeFaults(): string[] {
  const { stdout } = spawnSync("npx", ["tsc", "--pretty", "false"], { encoding: "utf8" });
  return stdout
    .split("\n")
    .map((line) => line.replace(/^(\S+)\((\d+),\d+\): error \w+:/, "$1:$2"))
    .filter((line) => /^\S+:\d+ /.test(line));
}

function run(command: string, args: readonly string[]): string {
  // Under npm run --silent, npm would not say why it fails.
  const env = { ...process.env, npm_config_loglevel: "error" };
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", env });
  if (status === 0) return stdout;
  const cause = error?.message ?? (`${stderr}${stdout}`.trim() || `exit code ${status}`);
  throw new PlainError(`${command} ${args.join(" ")} failed: ${cause}`);
}

process.exitCode = await exitCodeOf(update);
