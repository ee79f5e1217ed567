/**
 * Express and its dependencies: the only packages whose loading the build rearranges, because a test compares
 * their answers with those of the originals.
 */
import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { KIT_SOURCE } from "./kit-folder.ts";

const NAME = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/;

const known = new Set<string>();
addWithDependencies("express", `${KIT_SOURCE}/`);

function addWithDependencies(name: string, from: string): void {
  const manifest = findPackageJSON(name, from);
  if (known.has(name) || !manifest) return;
  known.add(name);
  const { dependencies = {} } = JSON.parse(readFileSync(manifest, "utf8"));
  for (const dependency of Object.keys(dependencies)) addWithDependencies(dependency, manifest);
}

/** Matches every file of these packages, and those of their own dependencies that `isOfExpress` refuses. */
export const EXPRESS_FILE = new RegExp(`[\\\\/]node_modules[\\\\/](${[...known].join("|")})[\\\\/].*\\.js$`);

/** Whether a file belongs to Express or to one of its dependencies. */
export function isOfExpress(file: string): boolean {
  return known.has(NAME.exec(file)?.[1] ?? "");
}
