/** The server process, started like the container, with its output and its exit. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

type Texts = Readonly<Record<string, string>>;

/** A line of its log, or of its access log with its seven groups: each has the fields of its kind. */
export interface Entry {
  readonly level: string;
  readonly message: string;
  readonly url: string;
  readonly pid: number;
  readonly replacement: number;
  readonly version: string;
  readonly commit: string;
  readonly code: number | null;
  readonly signal: string | null;
  readonly request: Texts;
  readonly api: Texts;
  readonly client: Texts;
  readonly http: Texts;
  readonly integration: Texts;
  readonly error: Texts;
  readonly response: Texts;
}

interface Entries {
  readonly 1: [Entry];
  readonly 2: [Entry, Entry];
  readonly 3: [Entry, Entry, Entry];
}

export interface ServerProcess {
  readonly child: ChildProcess;
  /** All lines so far. */
  readonly entries: readonly Entry[];
  /** Everything on stderr so far. */
  stderr(): string;
  /** The first `count` matching lines, including earlier ones. Rejects if the process ends before. */
  lines<Count extends keyof Entries>(count: Count, fits: (entry: Entry) => boolean): Promise<Entries[Count]>;
  /** The first matching line. */
  line(fits: (entry: Entry) => boolean): Promise<Entry>;
  /** `exit code`, or the signal that ended it, once its output is complete. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** @param entry a file of the fixtures. */
export function startServerProcess(
  environment: Readonly<Record<string, string>>,
  entry: "container.ts" | "faulty-container.ts" | "aws-container.ts" = "container.ts",
): ServerProcess {
  const child = spawn(process.execPath, [`packages/kit/test/fixtures/${entry}`], {
    cwd: new URL("../../../../", import.meta.url),
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const entries: Entry[] = [];
  const watchers = new Set<() => void>();
  let stderr = "";
  let hasEnded = false;
  const notify = () => {
    for (const watcher of watchers) watcher();
  };
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
  });
  createInterface(child.stdout).on("line", (line) => {
    entries.push(JSON.parse(line));
    notify();
  });
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once("close", (code, signal) => {
      hasEnded = true;
      notify();
      resolve(code ?? signal);
    });
  });

  function lines<Count extends keyof Entries>(
    count: Count,
    fits: (entry: Entry) => boolean,
  ): Promise<Entries[Count]> {
    return new Promise((resolve, reject) => {
      const watcher = () => {
        const found = entries.filter(fits);
        if (found.length < count && !hasEnded) return;
        watchers.delete(watcher);
        if (found.length >= count) resolve(found.slice(0, count) as Entries[Count]);
        else reject(new Error(`The server ended before it said so: ${JSON.stringify(entries)} ${stderr}`));
      };
      watchers.add(watcher);
      watcher();
    });
  }

  return {
    child,
    entries,
    stderr: () => stderr,
    lines,
    line: async (fits) => (await lines(1, fits))[0],
    ended,
  };
}

export const isListening = (entry: Entry): boolean => entry.message === "listening";
export const isStopping = (entry: Entry): boolean => entry.message === "stopping";
export const isAccess = (entry: Entry): boolean => "request" in entry;
