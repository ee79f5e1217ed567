// The container engine that is on this machine, docker or podman, and what the image's tests ask of it.
// CONTAINER_FLAGS, CONTAINER_BUILD_FLAGS and CONTAINER_RUN_FLAGS add to the command lines, where an engine needs it.

import { type ChildProcessByStdio, execFileSync, spawn, spawnSync } from "node:child_process";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Environment } from "../../packages/kit/src/testing/index.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const API = "lambda-express-api:test";
export const IDENTITY = "lambda-express-api-identity:test";
/** As little as the container may be given: nothing to write to, no capability, little memory. */
const HARDENED = ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--memory=256m"];

export interface Engine {
  readonly name: string;
  /** Builds a target of the Dockerfile, or without one what it builds by itself. */
  build(tag: string, options?: readonly string[]): void;
  /** Starts the API; it shares the machine's network, so that it reaches what listens on loopback here. */
  readonly spawnServer: (environment: Environment) => ChildProcessByStdio<null, Readable, null>;
  /** Starts a container of any image, with the options of a `run`. It shares the machine's network too. */
  spawn(
    tag: string,
    options: readonly string[],
    environment: Environment,
  ): ChildProcessByStdio<null, Readable, null>;
  /** Runs a command in a container that runs, and gives its exit code. */
  execute(container: string, options: readonly string[], command: readonly string[]): number | null;
  /** What a command prints inside a new container. */
  output(command: string, ...args: string[]): string;
  /** The same for root, who may read everything. */
  outputForRoot(command: string, ...args: string[]): string;
  /** A field of the image's description. */
  inspect(field: string): unknown;
}

const flags = (name: string) => (process.env[name] ?? "").split(" ").filter(Boolean);

/** @returns `undefined` where neither engine runs. */
export function findEngine(): Engine | undefined {
  const name = ["docker", "podman"].find((candidate) => spawnSync(candidate, ["info"]).status === 0);
  if (!name) return undefined;
  const run = (
    args: readonly string[],
    environment: Environment = {},
    options: readonly string[] = HARDENED,
  ) => [
    ...flags("CONTAINER_FLAGS"),
    "run",
    "--rm",
    "--network=host",
    ...options,
    ...flags("CONTAINER_RUN_FLAGS"),
    ...Object.entries(environment).map(([key, value]) => `--env=${key}=${value}`),
    ...args,
  ];
  return {
    name,
    build(tag, options = []) {
      // podman's own format knows no health check.
      const format = name === "podman" ? ["--format=docker"] : [];
      execFileSync(
        name,
        [
          ...flags("CONTAINER_FLAGS"),
          "build",
          ...format,
          ...flags("CONTAINER_BUILD_FLAGS"),
          ...options,
          "--tag",
          tag,
          ROOT,
        ],
        { stdio: ["ignore", "ignore", "inherit"] },
      );
    },
    spawnServer: (environment) =>
      spawn(name, run([API], environment), { stdio: ["ignore", "pipe", "inherit"] }),
    spawn: (tag, options, environment) =>
      spawn(name, run([tag], environment, options), { stdio: ["ignore", "pipe", "inherit"] }),
    execute: (container, options, command) =>
      spawnSync(name, [...flags("CONTAINER_FLAGS"), "exec", ...options, container, ...command]).status,
    output: (command, ...args) =>
      execFileSync(name, run([`--entrypoint=${command}`, API, ...args]), { encoding: "utf8" }),
    outputForRoot: (command, ...args) =>
      execFileSync(name, run(["--user=root", `--entrypoint=${command}`, API, ...args]), { encoding: "utf8" }),
    inspect: (field) =>
      JSON.parse(
        execFileSync(name, ["image", "inspect", `--format={{json ${field}}}`, API], { encoding: "utf8" }),
      ),
  };
}
