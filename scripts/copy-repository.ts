import { spawnSync } from "node:child_process";
import { cp, mkdtemp, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** What the README has people add. A copy is for adding it again, so it is left out. */
const EXAMPLE = "packages/api/src/routes/orders/";

/** Makes a copy of the repository as it is now, to change files in. What is installed and built is shared. */
export async function copyRepository(root = ROOT): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), "repository-"));
  const listing = spawnSync("git", ["ls-files", "-co", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  const files = listing.stdout.trim().split("\n");
  const copied = files.filter((file) => !file.startsWith(EXAMPLE));
  for (const file of copied) await cp(join(root, file), join(copy, file));
  for (const folder of ["node_modules", "packages/api/assets"]) {
    await symlink(join(root, folder), join(copy, folder));
  }
  if (copied.length < files.length)
    spawnSync(process.execPath, ["scripts/generate.ts"], { cwd: copy, stdio: "inherit" });
  return copy;
}
