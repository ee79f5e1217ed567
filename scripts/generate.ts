/** `npm run generate [-- --check]`: what is derived from the sources of the API and of the example, then what the pages of this repository repeat. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const flags = process.argv.slice(2);
for (const [program, ...options] of [
  ["../packages/local/src/cli.ts", "generate", "--api", "packages/api"],
  ["../packages/local/src/cli.ts", "generate", "--api", "examples/orders", "--docs", "examples/orders/docs"],
  ["write-pages.ts"],
] as const) {
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, program), ...options, ...flags], {
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}
