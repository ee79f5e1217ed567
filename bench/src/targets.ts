/** The project's performance targets, each as a ratio within one run. */
import type { CandidateName } from "./candidates.ts";
import { type RequestName, requestLine } from "./requests.ts";
import type { ColdRow, ContainerRow, Results, ServerName, WarmRow } from "./results.ts";
import type { Summary } from "./statistics.ts";

export interface Target {
  readonly what: string;
  readonly ratio: number;
  /**
   * The same by processor time: on a busy machine, clock time shows who had to wait, and not who had more to
   * do.
   */
  readonly processorRatio?: number | undefined;
  readonly limit: number;
  /** Whether the limit is a maximum or a minimum. */
  readonly is: "at most" | "at least";
  /** By clock time and by processor time. */
  readonly isMet: boolean;
}

export function coldRow({ cold }: Results, candidate: CandidateName, request: RequestName): ColdRow {
  return one(cold, (row) => row.candidate === candidate && row.request === request);
}

export function warmRow({ warm }: Results, candidate: CandidateName, request: RequestName): WarmRow {
  return one(warm, (row) => row.candidate === candidate && row.request === request);
}

export function containerRow({ container }: Results, server: ServerName): ContainerRow {
  return one(container, (row) => row.server === server);
}

/** A ratio of two medians. */
export function ratio(measured: Summary, reference: Summary): number {
  return measured.median / reference.median;
}

/** Compares a run with the targets. */
export function judge(results: Results): Target[] {
  const hello = coldRow(results, "express", "health");
  const hono = coldRow(results, "hono", "health");
  const warmHello = warmRow(results, "express", "health");
  const expressServer = containerRow(results, "express");
  const oneWorker = containerRow(results, "product");
  const twoWorkers = containerRow(results, "product-two-workers");
  const alone = results.isRoomForTwoWorkers ? oneWorker : containerRow(results, "product-sharing");
  const hot = ["health", "whoAmI"] as const;
  const builds = [
    { build: "product", name: "with its code cache", limit: 0.25 },
    { build: "product-without-cache", name: "without it", limit: 0.35 },
  ] as const;
  return [
    ...builds.flatMap(({ build, name, limit }) =>
      hot.flatMap((request) => {
        const { milliseconds, cpuMilliseconds } = coldRow(results, build, request);
        const what = `Cold, \`${requestLine(request)}\`, ${name}`;
        return [
          atMost(
            limit,
            `${what}, against Express`,
            ratio(milliseconds, hello.milliseconds),
            ratio(cpuMilliseconds, hello.cpuMilliseconds),
          ),
          atMost(
            1,
            `${what}, against Hono`,
            ratio(milliseconds, hono.milliseconds),
            ratio(cpuMilliseconds, hono.cpuMilliseconds),
          ),
        ];
      }),
    ),
    ...hot.map((request) =>
      atMost(
        0.35,
        `JavaScript loaded for \`${requestLine(request)}\`, against Express`,
        coldRow(results, "product", request).loadedKilobytes / hello.loadedKilobytes,
      ),
    ),
    ...hot.map((request) => {
      const { microseconds, cpuMicroseconds } = warmRow(results, "product", request);
      return atMost(
        0.85,
        `Warm, \`${requestLine(request)}\`, against Express`,
        ratio(microseconds, warmHello.microseconds),
        ratio(cpuMicroseconds, warmHello.cpuMicroseconds),
      );
    }),
    ...hot.map((request) => {
      const { rssMegabytes } = warmRow(results, "product", request);
      const what = `Memory of the process after many \`${requestLine(request)}\`, against Express`;
      return atMost(1, what, ratio(rssMegabytes, warmHello.rssMegabytes));
    }),
    atLeast(
      0.9,
      `Container, requests per second of \`${requestLine("whoAmI")}\`, against Express`,
      ratio(oneWorker.requestsPerSecond, expressServer.requestsPerSecond),
      ratio(oneWorker.capacityPerSecond, expressServer.capacityPerSecond),
    ),
    atLeast(
      1.6,
      results.isRoomForTwoWorkers
        ? "Container, requests per second of two workers, against one"
        : "Container, requests per second of two workers on two processors, against one on one, callers included",
      ratio(twoWorkers.requestsPerSecond, alone.requestsPerSecond),
      ratio(twoWorkers.capacityPerSecond, alone.capacityPerSecond),
    ),
  ];
}

function atMost(limit: number, what: string, measured: number, processorRatio?: number): Target {
  const isMet = Math.max(measured, processorRatio ?? measured) <= limit;
  return { what, ratio: measured, processorRatio, limit, is: "at most", isMet };
}

function atLeast(limit: number, what: string, measured: number, processorRatio?: number): Target {
  const isMet = Math.min(measured, processorRatio ?? measured) >= limit;
  return { what, ratio: measured, processorRatio, limit, is: "at least", isMet };
}

function one<Row>(rows: readonly Row[], is: (row: Row) => boolean): Row {
  const row = rows.find(is);
  if (!row) throw new Error("The results lack a row");
  return row;
}
