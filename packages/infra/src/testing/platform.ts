/**
 * SST's platform: its components and Pulumi's SDK, which `sst` unpacks into `.sst` from the package and the npm registry,
 * without calls to GitHub.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

/** The project's root, where its commands and tests run. */
export const ROOT = process.cwd();
/** The folder with its packages, which in a workspace is above the project. The platform is unpacked there. */
const PACKAGES_ROOT = nearest(ROOT, "node_modules/sst/package.json");
export const PLATFORM = join(PACKAGES_ROOT, ".sst/platform");
export const CONFIG_HOME = join(PACKAGES_ROOT, ".sst/home");
const LOCK = join(PACKAGES_ROOT, ".sst/provider-lock.json");

/** The nearest folder with a file, from this folder upwards; this folder if none has it. */
function nearest(folder: string, file: string): string {
  for (let each = folder; ; each = dirname(each)) {
    if (existsSync(join(each, file))) return each;
    if (each === dirname(each)) return folder;
  }
}

/** Without its checks, `sst` needs neither bun nor Pulumi's engine to unpack. `node` is the running one. */
export const OFFLINE = {
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  XDG_CONFIG_HOME: CONFIG_HOME,
  SST_SKIP_DEPENDENCY_CHECK: "1",
  SST_TELEMETRY_DISABLED: "1",
  NO_BUN: "1",
};

export const SST = join(PACKAGES_ROOT, "node_modules/sst/bin/sst.mjs");

export function isUnpacked(): boolean {
  const manifest = join(PACKAGES_ROOT, "node_modules/sst/package.json");
  if (!existsSync(manifest)) return false;
  const { version }: { version: string } = JSON.parse(readFileSync(manifest, "utf8"));
  const versionFile = join(PLATFORM, "version");
  return (
    existsSync(versionFile) &&
    readFileSync(versionFile, "utf8").trim() === version &&
    existsSync(join(PLATFORM, "config.d.ts")) &&
    existsSync(LOCK)
  );
}

/** Unpacks the platform unless it exists. Throws with the output of `sst`. */
export async function unpackPlatform(print: (line: string) => void): Promise<void> {
  if (isUnpacked()) return;
  print("Unpacking SST's platform from the npm registry into .sst, once (about 40 s, 300 MB).");
  const child = spawn(process.execPath, [SST, "install", "--stage", "test"], {
    cwd: PACKAGES_ROOT,
    // An empty token overrides the one in `.env`, so that the platform is always the same.
    env: { ...process.env, ...OFFLINE, CLOUDFLARE_API_TOKEN: "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (printed += chunk));
  const [exitCode] = await once(child, "close");
  if (exitCode !== 0 || !isUnpacked())
    throw new Error(`sst install ended with exit code ${exitCode}:\n${printed}`);
}

/** A provider as `sst` records it. Its name is a global in the program: `aws` is `@pulumi/aws`. */
export interface LockedProvider {
  readonly alias: string;
  readonly package: string;
}

/** The providers that every stage needs; a project may have more. */
export function lockedProviders(): LockedProvider[] {
  const lock: LockedProvider[] = JSON.parse(readFileSync(LOCK, "utf8"));
  return lock.filter(({ alias }) => alias === "aws");
}
