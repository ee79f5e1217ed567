/** The running release: its version, and the commit it was built from. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "./log.ts";
import type { ApiFacts } from "./route/define-route.ts";

export type Release = Readonly<Record<"version" | "commit", string>>;

/** The file that a build leaves beside the bundle (packages/build/src/release-file.ts). */
const FILE = "release.json";

let known: Release | undefined;

/** Returns what the build has written, or else the API's own version in development. */
export function release({ version }: Pick<ApiFacts, "version">): Release {
  known ??= readRelease(import.meta.dirname);
  return known ?? { version, commit: "development" };
}

const logged = new WeakSet<ApiFacts>();

/** Logs the release once per app. For the health endpoint. */
export function logReleaseOnce(log: Log, api: ApiFacts): void {
  if (logged.has(api)) return;
  logged.add(api);
  log.info("health", release(api));
}

/** @param folder where the file should be. A missing or unreadable file does not fail the response. */
export function readRelease(folder: string): Release | undefined {
  try {
    const { version, commit }: Partial<Release> = JSON.parse(readFileSync(join(folder, FILE), "utf8"));
    if (typeof version === "string" && typeof commit === "string") return { version, commit };
  } catch {
    // Running from the sources.
  }
  return undefined;
}
