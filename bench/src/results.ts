/** The results of a run, as written to `docs/benchmarks.json`. */
import type { CandidateName, SizedName } from "./candidates.ts";
import type { Machine } from "./machine.ts";
import type { RequestName } from "./requests.ts";
import type { Summary } from "./statistics.ts";

export interface ColdRow {
  readonly candidate: CandidateName;
  readonly request: RequestName;
  /** From the start of the import to the first answer. */
  readonly milliseconds: Summary;
  readonly importMilliseconds: Summary;
  readonly cpuMilliseconds: Summary;
  readonly rssMegabytes: Summary;
  /** JavaScript that V8 received until then, without Node's own. */
  readonly loadedKilobytes: number;
  readonly loadedFiles: number;
}

export interface WarmRow {
  readonly candidate: CandidateName;
  readonly request: RequestName;
  /** Per invocation, with the loop around it. */
  readonly microseconds: Summary;
  readonly cpuMicroseconds: Summary;
  /** After a garbage collection. */
  readonly heapMegabytes: Summary;
  readonly rssMegabytes: Summary;
}

/** A cold start, or a warm invocation, of an API with added endpoints. */
export interface GrowthRow {
  readonly candidate: CandidateName | SizedName;
  readonly request: RequestName;
  /** Of a cold start with its first answer, or of one warm invocation. */
  readonly milliseconds: Summary;
  readonly cpuMilliseconds: Summary;
}

/** A server's process from its start to its first answer. */
export interface StartRow {
  readonly server: Extract<ServerName, "express" | "product">;
  readonly milliseconds: Summary;
  readonly cpuMilliseconds: Summary;
}

/**
 * The API's function with everything loaded, and with Node's limits as Lambda sets them for a memory size.
 */
export interface MemoryRow {
  readonly memoryMegabytes: number;
  readonly cpuMicroseconds: Summary;
  readonly heapMegabytes: Summary;
  readonly rssMegabytes: Summary;
}

/**
 * `product-sharing` is one worker that shares its processor with the callers, as two workers share theirs.
 */
export type ServerName = "express" | "product" | "product-two-workers" | "product-sharing";

export interface ContainerRow {
  readonly server: ServerName;
  readonly requestsPerSecond: Summary;
  /** By the workers' processor time: what they could answer with one processor each. */
  readonly capacityPerSecond: Summary;
  /** The busiest worker's share of a processor: less than one means that something else was the limit. */
  readonly processorShare: Summary;
  readonly p99Milliseconds: Summary;
}

export interface Results {
  readonly date: string;
  readonly commit: string;
  readonly machine: Machine;
  /** From Node's `process.versions`, and the peers'. */
  readonly versions: Readonly<Record<string, string>>;
  readonly isRoomForTwoWorkers: boolean;
  readonly cold: readonly ColdRow[];
  readonly warm: readonly WarmRow[];
  readonly memory: readonly MemoryRow[];
  readonly container: readonly ContainerRow[];
  readonly coldGrowth: readonly GrowthRow[];
  readonly warmGrowth: readonly GrowthRow[];
  readonly start: readonly StartRow[];
}

/** The text of `docs/benchmarks.json`: no measurement here has more than five significant digits. */
export function writtenAs(results: Results): string {
  const rounded = (_key: string, value: unknown) =>
    typeof value === "number" ? Number(value.toPrecision(5)) : value;
  return `${JSON.stringify(results, rounded, 2)}\n`;
}
