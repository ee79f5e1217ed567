// This machine's container engine, docker or podman, for the image's tests. CONTAINER_FLAGS, CONTAINER_BUILD_FLAGS and
// CONTAINER_RUN_FLAGS add options to the command lines if an engine needs them.

import { type ChildProcessByStdio, execFileSync, spawn, spawnSync } from "node:child_process";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Environment } from "../../packages/kit/src/testing/index.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const API = "lambda-express-api:test";
export const IDENTITY = "lambda-express-api-identity:test";
/** The container's minimal rights: read-only, no capabilities, little memory. */
const HARDENED = ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--memory=256m"];

export interface Engine {
  readonly name: string;
  /** Builds a target of the Dockerfile, or its default. */
  build(tag: string, options?: readonly string[]): void;
  /** Starts the API in the machine's network, so that it reaches servers on loopback. */
  readonly spawnServer: (environment: Environment) => ChildProcessByStdio<null, Readable, null>;
  /** Starts a container of any image with options of `run`, in the machine's network. */
  spawn(
    tag: string,
    options: readonly string[],
    environment: Environment,
  ): ChildProcessByStdio<null, Readable, null>;
  /** Runs a command in a running container, and returns its exit code. */
  execute(container: string, options: readonly string[], command: readonly string[]): number | null;
  /** The output of a command in a new container. */
  output(command: string, ...args: string[]): string;
  /** The same as root, who may read everything. */
  outputForRoot(command: string, ...args: string[]): string;
  /** A field of the image's metadata. */
  inspect(field: string): unknown;
}

const flags = (name: string) => (process.env[name] ?? "").split(" ").filter(Boolean);

/** @returns `undefined` if neither engine runs. */
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
      // podman's own format has no health check.
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
