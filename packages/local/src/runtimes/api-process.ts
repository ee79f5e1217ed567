// One life of the API as a process of its own, the way a container starts it: spawned, listening, drained.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { mistakeIn } from "@lambda-express-api/build/api-folder.ts";
import { PlainError } from "../command.ts";

export interface ApiProcess {
  /** The base URL, as soon as the process says that it listens. Rejects if it ends before. */
  listening: Promise<string>;
  /** Resolves with a sentence if the process ends without having been asked to. */
  died: Promise<string>;
  /** Lets it answer what is in flight, then ends it. */
  stop(): Promise<void>;
}

/** More than the API gives itself to drain. */
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
  // A process group of its own: Ctrl-C in the terminal reaches only us, and the API gets one signal, not two, of
  // which it would take the second as "now, at once".
  const child = spawn(process.execPath, [entry], {
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  const killGroup = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // The whole process group has ended, as intended.
    }
  };
  process.once("exit", killGroup);
  // Should it end before its workers, they end with it.
  child.once("exit", killGroup);

  const ended = new Promise<string>((resolve) => {
    child.once("close", (code, signal) => {
      process.off("exit", killGroup);
      resolve(`The API ended with ${code === null ? `signal ${signal}` : `exit code ${code}`}.`);
    });
  });

  const listening = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const { url, fault } = startOf(line);
      if (url !== undefined) resolve(url);
      else print(fault === undefined ? line : `The API cannot start: ${fault}`);
    });
    void ended.then((how) => reject(new PlainError(`${how} It was not listening yet.`)));
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

/** The API logs one JSON object a line; these are the two that tell how its start went. */
function startOf(line: string): { readonly url?: string; readonly fault?: string } {
  try {
    const { message, url, error } = JSON.parse(line);
    if (message === "listening" && typeof url === "string") return { url };
    return message === "cannot start" ? { fault: mistakeIn(error) } : {};
  } catch {
    return {};
  }
}
