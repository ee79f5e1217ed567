import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

export interface ProcessToRun {
  /** Flags for Node. */
  readonly flags?: readonly string[];
  /** A file, absolute or in `bench/processes`. */
  readonly script: string;
  readonly args?: readonly string[];
  /** Its whole environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The processors that it is pinned to. */
  readonly cores: readonly number[] | undefined;
}

const PROCESSES = new URL("../processes/", import.meta.url);

/**
 * Starts a process with this Node, on its processors. Its stdout and stderr are pipes, and so is fd 3.
 * `taskset` becomes the process that it starts, so the process id is Node's.
 */
export function startProcess({ flags = [], script, args = [], environment = {}, cores }: ProcessToRun) {
  const command = [process.execPath, ...flags, fileURLToPath(new URL(script, PROCESSES)), ...args];
  const [file = "", ...rest] = cores ? ["taskset", "--cpu-list", cores.join(","), ...command] : command;
  const { PATH = "" } = process.env;
  return spawn(file, rest, { env: { PATH, ...environment }, stdio: ["ignore", "pipe", "pipe", "pipe"] });
}

/**
 * Runs a process to its end.
 *
 * @returns the JSON that it wrote to fd 3, and its output.
 * @throws Error with its stderr, if it wrote none.
 */
export async function runProcess<Result>(
  toRun: ProcessToRun,
): Promise<{ readonly result: Result; readonly output: string }> {
  const child = startProcess(toRun);
  const [result, output, complaint] = await Promise.all([
    text(child.stdio[3] as Readable),
    text(child.stdout as Readable),
    text(child.stderr as Readable),
    ended(child),
  ]);
  if (result === "")
    throw new Error(`${toRun.script} ${toRun.args?.[0] ?? ""} gave no result:\n${complaint}`);
  return { result: JSON.parse(result), output };
}

/** Resolves when a process is gone. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "close");
}
