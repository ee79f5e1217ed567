/**
 * Replaces `node:child_process` for `src/components/api-code.ts`, which starts the API's build, because a synthesis does not
 * need the code. `test/cli.test.ts` runs the real build.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export function execFileSync(_node: string, args: readonly string[]): void {
  const folder = args.at(-1) ?? "";
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "bundle.mjs"), "export const handler = async () => ({});\n");
}
