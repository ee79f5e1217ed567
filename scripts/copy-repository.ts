import { spawnSync } from "node:child_process";
import { cp, mkdtemp, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Makes a copy of the repository as it is now, to change files in. What is installed and built is shared. */
export async function copyRepository(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), "repository-"));
  const listing = spawnSync("git", ["ls-files", "-co", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  for (const file of listing.stdout.trim().split("\n")) await cp(join(ROOT, file), join(copy, file));
  for (const folder of ["node_modules", "packages/api/assets"]) {
    await symlink(join(ROOT, folder), join(copy, folder));
  }
  return copy;
}
