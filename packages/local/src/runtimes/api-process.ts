// Runs the API as a separate process, as a container does: spawn, listen, drain.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { mistakeIn } from "@lambda-express-api/build/api-folder.ts";
import { PlainError } from "../command.ts";

export interface ApiProcess {
  /** The base URL, once the process listens. Rejects if the process ends first. */
  listening: Promise<string>;
  /** Resolves with a message if the process ends by itself. */
  died: Promise<string>;
  /** Lets requests in flight finish, then ends the process. */
  stop(): Promise<void>;
}

/** Longer than the API's own drain time. */
const STOP_TIMEOUT_MS = 15_000;

export function spawnApi({
  entry,
  environment,
  print,
}: {
  entry: string;
  environment: NodeJS.ProcessEnv;
  print: (line: string) => void;
}): ApiProcess {
  // A separate process group: otherwise the API would get Ctrl-C twice, and skip the drain at the second one.
  const child = spawn(process.execPath, [entry], {
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  const killGroup = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // The process group has already ended.
    }
  };
  process.once("exit", killGroup);
  // Its workers must not outlive it.
  child.once("exit", killGroup);

  const ended = new Promise<string>((resolve) => {
    child.once("close", (code, signal) => {
      process.off("exit", killGroup);
      resolve(`The API exited with ${code === null ? `signal ${signal}` : `code ${code}`}.`);
    });
  });

  const listening = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const { url, fault } = startOf(line);
      if (url !== undefined) resolve(url);
      else print(fault === undefined ? line : `The API cannot start: ${fault}`);
    });
    void ended.then((how) => reject(new PlainError(`${how} It had not started to listen yet.`)));
  });

  let stopped: Promise<void> | undefined;
  function askToStop() {
    const timeout = setTimeout(killGroup, STOP_TIMEOUT_MS);
    child.kill("SIGTERM");
    return ended.then(() => clearTimeout(timeout));
  }

  return {
    listening,
    died: new Promise((resolve) => {
      void ended.then((how) => {
        if (stopped === undefined) resolve(how);
      });
    }),
    stop() {
      stopped ??= askToStop();
      return stopped;
    },
  };
}

/** Reads the two log lines that report a start or a failed start. */
function startOf(line: string): { readonly url?: string; readonly fault?: string } {
  try {
    const { message, url, error } = JSON.parse(line);
    if (message === "listening" && typeof url === "string") return { url };
    return message === "cannot start" ? { fault: mistakeIn(error) } : {};
  } catch {
    return {};
  }
}
