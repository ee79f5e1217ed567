/** `npm run generate [-- --check]` writes the files derived from the sources of the API and the examples, and then the repeated parts of this repository's pages. */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";

const flags = process.argv.slice(2);
for (const [program, ...options] of [
  ["../packages/local/src/cli.ts", "generate", "--api", "packages/api"],
  ...globSync("examples/*/src/api.ts").map((api) => generateOf(join(api, "../.."))),
  ["write-pages.ts"],
] as const) {
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, program), ...options, ...flags], {
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}

function generateOf(folder: string) {
  const program = "../packages/local/src/cli.ts";
  return [program, "generate", "--api", folder, "--docs", join(folder, "docs")] as const;
}
