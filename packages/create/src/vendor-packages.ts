import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { REPOSITORY } from "./repository.ts";

/**
 * Packs the kit's packages for a project's folder `vendor`, because they are not in a registry yet.
 *
 * @returns the archives by name; none if this program runs from an installed package.
 */
export async function vendorPackages(): Promise<ReadonlyMap<string, Buffer>> {
  const program = join(REPOSITORY, "scripts/pack.ts");
  if (!existsSync(program)) return new Map();
  const out = mkdtempSync(join(tmpdir(), "packages-"));
  try {
    execFileSync(process.execPath, [program, out], {
      cwd: REPOSITORY,
      stdio: ["ignore", "ignore", "inherit"],
    });
    const archives = readdirSync(out).filter((file) => file.endsWith(".tgz") && !file.startsWith("create-"));
    return new Map(archives.sort().map((file) => [file, readFileSync(join(out, file))]));
  } finally {
    rmSync(out, { recursive: true });
  }
}
