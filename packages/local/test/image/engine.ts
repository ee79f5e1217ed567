// The container engine that is on this machine, docker or podman, and what the image's tests ask of it.
// CONTAINER_FLAGS, CONTAINER_BUILD_FLAGS and CONTAINER_RUN_FLAGS add to the command lines, where an engine needs it.

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Environment } from "@lambda-express-api/api/test/support/test-config.ts";
import type { SpawnServer } from "@lambda-express-api/api/test/support/ways.ts";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const TAG = "lambda-express-api:test";
/** As little as the container may be given: nothing to write to, no capability, little memory. */
const HARDENED = ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--memory=256m"];

export interface Engine {
  readonly name: string;
  build(): void;
  /** Starts the API; it shares the machine's network, so that it reaches what listens on loopback here. */
  readonly spawnServer: SpawnServer;
  /** What a command prints inside a new container. */
  output(command: string, ...args: string[]): string;
  /** A field of the image's description. */
  inspect(field: string): unknown;
}

const flags = (name: string) => (process.env[name] ?? "").split(" ").filter(Boolean);

/** @returns `undefined` where neither engine runs. */
export function findEngine(): Engine | undefined {
  const name = ["docker", "podman"].find((candidate) => spawnSync(candidate, ["info"]).status === 0);
  if (!name) return undefined;
  const run = (args: readonly string[], environment: Environment = {}) => [
    ...flags("CONTAINER_FLAGS"),
    "run",
    "--rm",
    "--network=host",
    ...HARDENED,
    ...flags("CONTAINER_RUN_FLAGS"),
    ...Object.entries(environment).map(([key, value]) => `--env=${key}=${value}`),
    ...args,
  ];
  return {
    name,
    build() {
      // podman's own format knows no health check.
      const format = name === "podman" ? ["--format=docker"] : [];
      execFileSync(
        name,
        [
          ...flags("CONTAINER_FLAGS"),
          "build",
          ...format,
          ...flags("CONTAINER_BUILD_FLAGS"),
          "--tag",
          TAG,
          ROOT,
        ],
        { stdio: ["ignore", "ignore", "inherit"] },
      );
    },
    spawnServer: (environment) =>
      spawn(name, run([TAG], environment), { stdio: ["ignore", "pipe", "inherit"] }),
    output: (command, ...args) =>
      execFileSync(name, run([`--entrypoint=${command}`, TAG, ...args]), { encoding: "utf8" }),
    inspect: (field) =>
      JSON.parse(
        execFileSync(name, ["image", "inspect", `--format={{json ${field}}}`, TAG], { encoding: "utf8" }),
      ),
  };
}
