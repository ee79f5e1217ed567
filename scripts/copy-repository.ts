import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, globSync, mkdirSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SCOPE = "@lambda-express-api";
/** Built by `npm ci` and ignored by git. */
const BUILT = "packages/kit/assets";

/**
 * Copies the repository in its current state, to change files there. Third-party packages are shared; this repository's
 * packages are the copies.
 *
 * @param leftOut a folder to leave out.
 * @returns the copy's folder.
 */
export async function copyRepository(root = ROOT, leftOut?: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), "repository-"));
  const { stdout } = spawnSync("git", ["ls-files", "-co", "--exclude-standard", "--deduplicate"], {
    cwd: root,
    encoding: "utf8",
  });
  // git lists a deleted file until the deletion is committed.
  const files = stdout
    .trim()
    .split("\n")
    .filter((file) => existsSync(join(root, file)) && !(leftOut && file.startsWith(leftOut)));
  for (const folder of new Set(files.map(dirname))) mkdirSync(join(copy, folder), { recursive: true });
  for (const file of files) copyFileSync(join(root, file), join(copy, file));
  await cp(join(root, BUILT), join(copy, BUILT), { recursive: true });
  await linkPackages(root, copy);
  return copy;
}

/** A link to all of `node_modules` would lead back to the original's packages. */
async function linkPackages(root: string, copy: string): Promise<void> {
  const folder = "node_modules";
  await mkdir(join(copy, folder, SCOPE), { recursive: true });
  for (const name of await readdir(join(root, folder))) {
    if (name !== SCOPE) await symlink(join(root, folder, name), join(copy, folder, name));
  }
  for (const name of await readdir(join(root, folder, SCOPE)))
    await symlink(join("../../packages", name), join(copy, folder, SCOPE, name));
  // For a dependency that other packages use in a different version.
  for (const own of globSync(`{packages,examples}/*/${folder}`, { cwd: root }))
    await symlink(join(root, own), join(copy, own));
}
