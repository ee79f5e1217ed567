/** The machine that runs the benchmark, and which of its processors does what. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { arch, cpus, platform, release, totalmem } from "node:os";

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly system: string;
  readonly node: string;
  /** Whether each process was pinned to its own processor. */
  readonly isPinned: boolean;
}

export interface Cores {
  /** Where one measured process runs; `undefined` if processes cannot be pinned. */
  readonly server: readonly number[] | undefined;
  /** Where a server with two workers runs. */
  readonly servers: readonly number[] | undefined;
  /** Where the callers of a server run. */
  readonly client: readonly number[] | undefined;
  /** Whether two workers and their callers have one processor each. */
  readonly isRoomForTwoWorkers: boolean;
}

/**
 * Divides the processors that this process may use. `taskset` exists on Linux; elsewhere the system decides.
 */
export function divideCores(allowed: readonly number[] | undefined = allowedCores()): Cores {
  const [client, ...others] = allowed ?? [];
  const server = others.at(-1);
  if (client === undefined || server === undefined)
    return { server: undefined, servers: undefined, client: undefined, isRoomForTwoWorkers: false };
  const isRoomForTwoWorkers = others.length > 1;
  return {
    server: [server],
    servers: isRoomForTwoWorkers ? others.slice(-2) : [client, server],
    client: isRoomForTwoWorkers ? [client, ...others.slice(0, -2)] : [client],
    isRoomForTwoWorkers,
  };
}

export function describeMachine(cores: Cores): Machine {
  return {
    processor: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGigabytes: Math.round(totalmem() / 1024 ** 3),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    isPinned: cores.server !== undefined,
  };
}

function allowedCores(): number[] | undefined {
  const status = "/proc/self/status";
  if (!existsSync(status) || spawnSync("taskset", ["--version"]).status !== 0) return undefined;
  const list = /^Cpus_allowed_list:\s*(.+)$/m.exec(readFileSync(status, "utf8"))?.[1] ?? "";
  return list.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** Pins this process to some processors, if that is possible. */
export function keepOn(cores: readonly number[] | undefined): void {
  if (cores)
    spawnSync("taskset", ["--all-tasks", "--cpu-list", "--pid", cores.join(","), String(process.pid)]);
}
