import { spawnSync } from "node:child_process";
import { accessSync, constants, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CreateOptions } from "./options.ts";
import { projectFiles } from "./project-files.ts";
import { vendorPackages } from "./vendor-packages.ts";

/** An expected failure. Its message is all that is shown. */
export class CreateError extends Error {}

export interface CreatedProject {
  readonly folder: string;
  /** Whether the packages are installed and the generated files written. */
  readonly isInstalled: boolean;
}

/**
 * Writes a project, creates its git repository, and installs its packages.
 *
 * @param say gets a line about each step.
 * @throws CreateError if the folder cannot be written, or if the packages cannot be installed. The project then exists, and
 *   the message says what to run.
 */
export async function createProject(
  options: CreateOptions,
  say: (line: string) => void,
): Promise<CreatedProject> {
  const { folder } = options;
  const made = makeFolder(folder);
  try {
    return await fillFolder(options, say);
  } catch (error) {
    // Only a folder with content is a project.
    if (made !== undefined && readdirSync(folder).length === 0) rmSync(made, { recursive: true });
    throw error;
  }
}

/**
 * Checked first, because packing takes seconds.
 *
 * @returns the topmost new folder.
 */
function makeFolder(folder: string): string | undefined {
  try {
    const made = mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return made;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CreateError(
      `Cannot write to ${folder} (${code}); use a folder that you can write to, for example ../my-api.`,
    );
  }
}

async function fillFolder(options: CreateOptions, say: (line: string) => void): Promise<CreatedProject> {
  const { folder } = options;
  // Makes all files first, so that a failure leaves nothing behind.
  const packed = await vendorPackages();
  const files = projectFiles(options, packed);
  const manifest = files.get("package.json") ?? "";
  const packages = new Map([...packed].filter(([file]) => manifest.includes(file)));

  say(`Writing ${files.size} files and ${packages.size} packages`);
  for (const [file, content] of [...files, ...packagesOf(packages)]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content, { mode: file.startsWith(".ci/") ? 0o755 : 0o644 });
  }
  run(folder, "git", ["init", "--quiet", "--initial-branch", "main"]);
  if (!options.install) return { folder, isInstalled: false };

  say("Installing packages");
  const steps = [
    ["npm", "install", "--no-audit", "--no-fund"],
    ["npm", "run", "--silent", "generate"],
  ] as const;
  for (const [command, ...args] of steps) {
    const fault = run(folder, command, args);
    if (fault) {
      throw new CreateError(
        `${fault}\nThe project is in ${folder}. In that folder, run: npm install && npm run generate`,
      );
    }
  }
  return { folder, isInstalled: true };
}

function packagesOf(packages: ReadonlyMap<string, Buffer>): [string, Buffer][] {
  return [...packages].map(([file, content]) => [join("vendor", file), content]);
}

/** @returns what went wrong. */
function run(cwd: string, command: string, args: readonly string[]): string | undefined {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status === 0) return undefined;
  return `${command} ${args.join(" ")} failed: ${error?.message ?? `${stdout}${stderr}`.trim()}`;
}
