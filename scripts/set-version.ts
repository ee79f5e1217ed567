/**
 * `npm version` runs this before it commits and tags. Every package gets the root's version, and the change log's "Unreleased"
 * section becomes the notes of that version. With `--check`, which npm runs before it changes a file, it only checks whether
 * there is anything to release.
 */
import { execFileSync } from "node:child_process";
import { globSync, readFileSync, writeFileSync } from "node:fs";

interface Manifest {
  version?: string;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
}
interface Lock {
  readonly packages: Readonly<Record<string, Manifest>>;
}

const SCOPE = "@lambda-express-api/";
const CHANGELOG = "CHANGELOG.md";

const read = <Content>(file: string): Content => JSON.parse(readFileSync(file, "utf8"));
const write = (file: string, content: object) =>
  writeFileSync(file, `${JSON.stringify(content, undefined, 2)}\n`);

function setVersion(manifest: Manifest, version: string): void {
  manifest.version = version;
  for (const wanted of [manifest.dependencies, manifest.devDependencies, manifest.peerDependencies]) {
    if (!wanted) continue;
    for (const name of Object.keys(wanted)) if (name.startsWith(SCOPE)) wanted[name] = version;
  }
}

/** @throws Error if there are no changes for users. */
function checkUnreleased(changelog: string): void {
  const [, notes = ""] = /^## Unreleased$(.*?)^## /ms.exec(`${changelog}\n## `) ?? [];
  if (notes.trim() === "")
    throw new Error(`${CHANGELOG} has nothing under "## Unreleased"; add the changes for users.`);
}

function cutChangelog(changelog: string, version: string): string {
  const date = new Date().toISOString().slice(0, 10);
  return changelog.replace("## Unreleased\n", () => `## Unreleased\n\n## ${version} - ${date}\n`);
}

function setVersions(changelog: string): void {
  const { version } = read<{ version: string }>("package.json");
  const manifests = globSync("{packages,examples}/*/package.json");
  const lock = read<Lock>("package-lock.json");
  for (const file of manifests) {
    const manifest = read<Manifest>(file);
    setVersion(manifest, version);
    write(file, manifest);
    setVersion(lock.packages[file.replace("/package.json", "")] ?? {}, version);
  }
  write("package-lock.json", lock);
  writeFileSync(CHANGELOG, cutChangelog(changelog, version));
  execFileSync(process.execPath, ["scripts/generate.ts"], { stdio: "inherit" });
  const documents = globSync("{docs,examples/*/docs}/openapi.json");
  const changed = ["package-lock.json", CHANGELOG, ...documents, ...manifests];
  execFileSync("git", ["add", ...changed], { stdio: "inherit" });
}

try {
  const changelog = readFileSync(CHANGELOG, "utf8");
  checkUnreleased(changelog);
  if (!process.argv.includes("--check")) setVersions(changelog);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
