/** What a run has measured, as it is written to `docs/benchmarks.json`. */
import type { CandidateName } from "./candidates.ts";
import type { Machine } from "./machine.ts";
import type { RequestName } from "./requests.ts";
import type { Summary } from "./statistics.ts";

export interface ColdRow {
  readonly candidate: CandidateName;
  readonly request: RequestName;
  /** From the import's begin to the first answer. */
  readonly milliseconds: Summary;
  readonly importMilliseconds: Summary;
  readonly cpuMilliseconds: Summary;
  readonly rssMegabytes: Summary;
  /** JavaScript that V8 was given until then, without Node's own. */
  readonly loadedKilobytes: number;
  readonly loadedFiles: number;
}

export interface WarmRow {
  readonly candidate: CandidateName;
  readonly request: RequestName;
  /** Of one invocation, with the loop around it. */
  readonly microseconds: Summary;
  readonly cpuMicroseconds: Summary;
  /** After a collection. */
  readonly heapMegabytes: Summary;
  readonly rssMegabytes: Summary;
}

/** The API's function with all that it can load, and with Node's limits as Lambda sets them for a memory size. */
export interface MemoryRow {
  readonly memoryMegabytes: number;
  readonly cpuMicroseconds: Summary;
  readonly heapMegabytes: Summary;
  readonly rssMegabytes: Summary;
}

/** `product-sharing` is one worker that shares its processor with the callers, as two workers share theirs. */
export type ServerName = "express" | "product" | "product-two-workers" | "product-sharing";

export interface ContainerRow {
  readonly server: ServerName;
  readonly requestsPerSecond: Summary;
  /** By the workers' processor time: what they could answer with a processor each. */
  readonly capacityPerSecond: Summary;
  /** What the busiest worker had of a processor: less than one means that something else was the limit. */
  readonly processorShare: Summary;
  readonly p99Milliseconds: Summary;
}

export interface Results {
  readonly date: string;
  readonly commit: string;
  readonly machine: Machine;
  /** Of Node's `process.versions` and of the peers. */
  readonly versions: Readonly<Record<string, string>>;
  readonly isRoomForTwoWorkers: boolean;
  readonly cold: readonly ColdRow[];
  readonly warm: readonly WarmRow[];
  readonly memory: readonly MemoryRow[];
  readonly container: readonly ContainerRow[];
}

/** The text of `docs/benchmarks.json`: five digits are more than any measurement here is worth. */
export function writtenAs(results: Results): string {
  const rounded = (_key: string, value: unknown) =>
    typeof value === "number" ? Number(value.toPrecision(5)) : value;
  return `${JSON.stringify(results, rounded, 2)}\n`;
}
