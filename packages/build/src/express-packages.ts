/**
 * Express and the packages that it is made of: the only ones whose loading the build rearranges, because the only ones
 * whose answers a test compares with those of the original.
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

/** Whether a file belongs to Express or to one of its dependencies. */
export function isOfExpress(file: string): boolean {
  return known.has(NAME.exec(file)?.[1] ?? "");
}
