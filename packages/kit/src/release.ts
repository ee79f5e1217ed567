/** Which release runs: its version, and the commit that it was built of. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "./log.ts";
import type { ApiFacts } from "./route/define-route.ts";

export type Release = Readonly<Record<"version" | "commit", string>>;

/** What a build leaves beside the bundle (packages/build/src/release-file.ts). */
const FILE = "release.json";

let known: Release | undefined;

/** Gives what the build has written. Where nothing was built, it is the API's own version, in development. */
export function release({ version }: Pick<ApiFacts, "version">): Release {
  known ??= readRelease(import.meta.dirname);
  return known ?? { version, commit: "development" };
}

const logged = new WeakSet<ApiFacts>();

/** Logs the release, once for an app: it is the same all its life. For an endpoint that tells of the API's health. */
export function logReleaseOnce(log: Log, api: ApiFacts): void {
  if (logged.has(api)) return;
  logged.add(api);
  log.info("health", release(api));
}

/** @param folder where the file should be. An answer does not fail because it is missing or cannot be read. */
export function readRelease(folder: string): Release | undefined {
  try {
    const { version, commit }: Partial<Release> = JSON.parse(readFileSync(join(folder, FILE), "utf8"));
    if (typeof version === "string" && typeof commit === "string") return { version, commit };
  } catch {
    // From the sources.
  }
  return undefined;
}
