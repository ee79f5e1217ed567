import { spawnSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SCOPE = "@lambda-express-api";
/** What `npm ci` builds: git ignores it. */
const BUILT = "packages/kit/assets";

/**
 * Makes a copy of the repository as it is now, to change files in. Other people's packages are shared; its own are those
 * of the copy.
 *
 * @param leftOut a folder that the copy is to be without.
 * @returns the folder of the copy.
 */
export async function copyRepository(root = ROOT, leftOut?: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), "repository-"));
  const { stdout } = spawnSync("git", ["ls-files", "-co", "--exclude-standard", "--deduplicate"], {
    cwd: root,
    encoding: "utf8",
  });
  // Until it is committed, git lists a file that was deleted.
  const files = stdout
    .trim()
    .split("\n")
    .filter((file) => existsSync(join(root, file)) && !(leftOut && file.startsWith(leftOut)));
  for (const file of files) await cp(join(root, file), join(copy, file));
  await cp(join(root, BUILT), join(copy, BUILT), { recursive: true });
  await linkPackages(root, copy);
  return copy;
}

/** A link to the whole of `node_modules` would lead back to the packages of the original. */
async function linkPackages(root: string, copy: string): Promise<void> {
  const folder = "node_modules";
  await mkdir(join(copy, folder, SCOPE), { recursive: true });
  for (const name of await readdir(join(root, folder))) {
    if (name !== SCOPE) await symlink(join(root, folder, name), join(copy, folder, name));
  }
  for (const name of await readdir(join(root, folder, SCOPE)))
    await symlink(join("../../packages", name), join(copy, folder, SCOPE, name));
  // Of a dependency that another package has in another version.
  for (const own of globSync(`{packages,examples}/*/${folder}`, { cwd: root }))
    await symlink(join(root, own), join(copy, own));
}
