// Runs a script of this package as from a terminal: reads its output, sends signals, returns its exit code.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface Run {
  /** Everything on stdout and stderr so far. */
  output(): string;
  /** Resolves when the output matches; rejects if the run ends first. */
  prints(pattern: RegExp): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
  /** The exit code, or the signal that ended the run. */
  ended: Promise<{ exitCode: number | NodeJS.Signals | null; output: string }>;
}

/** A run that hangs fails its test and is killed. */
const RUN_TIMEOUT_MS = 60_000;

export function run(
  script: string,
  {
    args = [],
    environment = {},
    cwd,
    asNpm = false,
  }: { args?: string[]; environment?: NodeJS.ProcessEnv; cwd?: string; asNpm?: boolean } = {},
): Run {
  const command = [process.execPath, fileURLToPath(new URL(script, import.meta.url)), ...args];
  // The second command keeps the shell from replacing itself with the first.
  const [file = "", ...rest] = asNpm ? ["sh", "-c", '"$@"; exit $?', "sh", ...command] : command;
  const child = spawn(file, rest, {
    cwd,
    env: { ...process.env, npm_lifecycle_event: asNpm ? "start" : undefined, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: RUN_TIMEOUT_MS,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      child.emit("output");
    });
  }
  const ended: Run["ended"] = new Promise((resolve) => {
    child.once("close", (code, signal) => resolve({ exitCode: code ?? signal, output }));
  });

  return {
    output: () => output,
    prints: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(output);
          if (match) resolve(match);
        };
        child.on("output", look);
        look();
        void ended.then(() => reject(new Error(`It ended without printing ${pattern}:\n${output}`)));
      }),
    kill: (signal) => void child.kill(signal),
    ended,
  };
}
