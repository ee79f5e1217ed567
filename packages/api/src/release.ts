/** Which release runs: its version, and the commit that it was built of. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { about } from "./about.ts";
import type { Config } from "./config.ts";
import type { Log } from "./log.ts";

export type Release = Readonly<Record<"version" | "commit", string>>;

/** What a build leaves beside the bundle (packages/api/build/release-file.ts). */
const FILE = "release.json";

let known: Release | undefined;

/** Gives what the build has written. Where nothing was built, it is this package's version in development. */
export function release(): Release {
  known ??= readRelease(import.meta.dirname);
  return known;
}

const logged = new WeakSet<Config>();

/** Logs the release that answers for the health, once for an app: it is the same all its life. */
export function logReleaseOnce(log: Log, config: Config): void {
  if (logged.has(config)) return;
  logged.add(config);
  log.info("health", release());
}

/** @param folder where the file should be. That it is not, or cannot be read, is no reason for not answering. */
export function readRelease(folder: string): Release {
  try {
    const { version, commit }: Partial<Release> = JSON.parse(readFileSync(join(folder, FILE), "utf8"));
    if (typeof version === "string" && typeof commit === "string") return { version, commit };
  } catch {
    // From the sources.
  }
  return { version: about.version, commit: "development" };
}
