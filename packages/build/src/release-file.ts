/** The file that tells a built API its version and commit. Every build writes it beside the bundle. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Release } from "@lambda-express-api/kit/release.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Writes `release.json` into a folder.
 *
 * @param root a folder of the repository.
 */
export function writeReleaseFile(
  folder: string,
  root: string,
  version: string,
  environment: Environment = process.env,
): void {
  const release: Release = { version, commit: commitOf(root, environment) };
  writeFileSync(join(folder, "release.json"), `${JSON.stringify(release)}\n`);
}

/**
 * The current commit, with `-dirty` if files differ from it; or, if git does not know, the commit that the
 * build was given. `COMMIT` is the image's build argument, and takes precedence.
 *
 * - https://docs.github.com/actions/reference/workflows-and-actions/variables
 * - https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
 */
export function commitOf(root: string, environment: Environment): string {
  const { COMMIT, GITHUB_SHA, CODEBUILD_RESOLVED_SOURCE_VERSION } = environment;
  return COMMIT || checkedOut(root) || GITHUB_SHA || CODEBUILD_RESOLVED_SOURCE_VERSION || "unknown";
}

function checkedOut(root: string): string | undefined {
  try {
    const args = ["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"];
    return execFileSync("git", args, {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    // Git or the repository is missing: a build in an image has neither.
    return undefined;
  }
}
