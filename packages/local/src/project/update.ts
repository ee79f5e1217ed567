/**
 * `npm run update [-- FOLDER]` updates the kit's packages in a project, from archives in a folder or to the newest versions
 * in the registry. It changes their versions, the lock file, `vendor/` and generated files, but no file that the owner
 * wrote: it lists what the owner must edit, with file and line.
 */
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { exitCodeOf, PlainError } from "../command.ts";

const SCOPE = "@lambda-express-api/";
const ARCHIVE = /^lambda-express-api-([a-z]+)-(\d+\.\d+\.\d+(?:-[\w.]+)?)\.tgz$/;
const MANIFEST = "package.json";

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

async function update(): Promise<number> {
  const [folder, ...rest] = process.argv.slice(2);
  if (rest.length > 0 || folder?.startsWith("-"))
    throw new PlainError("Name at most one folder of archives: npm run update -- ../packages");
  const manifest: Manifest = JSON.parse(readFileSync(MANIFEST, "utf8"));
  const names = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  const kit = names.filter((name) => name.startsWith(SCOPE));
  if (kit.length === 0)
    throw new PlainError(`${MANIFEST} has no package of ${SCOPE}; there is nothing to update.`);

  const before = installedVersion();
  const sources = folder === undefined ? newest(kit) : vendored(kit, resolve(folder));
  writeManifest(manifest, sources);
  run("npm", ["install", "--no-audit", "--no-fund"]);
  const after = installedVersion();
  // The API may not load before the owner's edits.
  const isGenerated = spawnSync("npm", ["run", "--silent", "generate"]).status === 0;

  console.log(`${before} -> ${after}\n`);
  console.log(changesBetween(before, after));
  const edits = [...editsBetween(before, after), ...editsOfVendor(), ...typeFaults()];
  if (edits.length === 0 && isGenerated) {
    console.log("You need to edit nothing. Run npm test and npm run check.");
    return 0;
  }
  console.log(`Edit these lines:\n\n${edits.map((edit) => `  ${edit}`).join("\n")}\n`);
  console.log("Then run npm run generate, npm test and npm run check.");
  return 1;
}

/** Replaces the archives in `vendor` with those of the folder. */
function vendored(kit: readonly string[], folder: string): ReadonlyMap<string, string> {
  if (!existsSync(folder))
    throw new PlainError(`${folder} does not exist; name the folder of the new archives.`);
  // The newest comes last, and counts.
  const archives = new Map(
    readdirSync(folder)
      .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
      .flatMap((file) => {
        const short = ARCHIVE.exec(file)?.[1];
        return short === undefined ? [] : [[SCOPE + short, file] as const];
      }),
  );
  const missing = kit.filter((name) => !archives.has(name));
  if (missing.length > 0) throw new PlainError(`${folder} has no archive of ${missing.join(", ")}.`);
  const wanted = kit.map((name) => archives.get(name) ?? "");
  // Read before the old archives are removed, because the folder may be `vendor` itself.
  const contents = new Map(wanted.map((file) => [file, readFileSync(join(folder, file))]));
  dropArchives();
  mkdirSync("vendor", { recursive: true });
  for (const [file, content] of contents) writeFileSync(join("vendor", file), content);
  return new Map(kit.map((name) => [name, `file:vendor/${archives.get(name)}`]));
}

function dropArchives(): void {
  for (const file of existsSync("vendor") ? readdirSync("vendor") : []) {
    if (ARCHIVE.test(file)) rmSync(join("vendor", file));
  }
}

/** Takes the registry's versions, and removes the archives in `vendor`. */
function newest(kit: readonly string[]): ReadonlyMap<string, string> {
  const versions = new Map(kit.map((name) => [name, run("npm", ["view", name, "version"]).trim()]));
  dropArchives();
  if (existsSync("vendor") && readdirSync("vendor").length === 0) rmSync("vendor", { recursive: true });
  return versions;
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
  return parts.length > 0 ? parts.join("") : "The change log has no entry between the two versions.\n";
}

function isNewer(version: string, than: string): boolean {
  return version.localeCompare(than, "en", { numeric: true }) > 0;
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
