/**
 * Takes the place of `node:child_process` for `src/components/api-code.ts`, which starts the build of the API: a synthesis
 * looks at what is around the code. The build itself runs in `test/cli.test.ts`, as `sst` starts it.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export function execFileSync(_node: string, args: readonly string[]): void {
  const folder = args.at(-1) ?? "";
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "bundle.mjs"), "export const handler = async () => ({});\n");
}
