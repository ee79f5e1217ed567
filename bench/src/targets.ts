/** The project's performance targets, each as a ratio within one run. */
import type { CandidateName, SizedName } from "./candidates.ts";
import { type RequestName, requestLine } from "./requests.ts";
import type { ColdRow, ContainerRow, GrowthRow, Results, ServerName, StartRow, WarmRow } from "./results.ts";
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

export function growthRow(
  rows: readonly GrowthRow[],
  candidate: CandidateName | SizedName,
  request: RequestName,
): GrowthRow {
  return one(rows, (row) => row.candidate === candidate && row.request === request);
}

function startRow({ start }: Results, server: StartRow["server"]): StartRow {
  return one(start, (row) => row.server === server);
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
  const warmHono = warmRow(results, "hono", "health");
  const expressServer = containerRow(results, "express");
  const oneWorker = containerRow(results, "product");
  const twoWorkers = containerRow(results, "product-two-workers");
  const alone = results.isRoomForTwoWorkers ? oneWorker : containerRow(results, "product-sharing");
  const hot = ["health", "whoAmI"] as const;
  const builds = [
    { build: "product", name: "with its code cache", limit: 0.25 },
    { build: "product-without-cache", name: "without its code cache", limit: 0.35 },
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
    ...hot.flatMap((request) => {
      const { microseconds, cpuMicroseconds } = warmRow(results, "product", request);
      const what = `Warm, \`${requestLine(request)}\``;
      const [express, honoLimit] = request === "health" ? [0.6, 1] : [0.7, 1.15];
      return [
        atMost(
          express,
          `${what}, against Express`,
          ratio(microseconds, warmHello.microseconds),
          ratio(cpuMicroseconds, warmHello.cpuMicroseconds),
        ),
        atMost(
          honoLimit,
          `${what}, against Hono`,
          ratio(microseconds, warmHono.microseconds),
          ratio(cpuMicroseconds, warmHono.cpuMicroseconds),
        ),
      ];
    }),
    ...hot.map((request) => {
      const { rssMegabytes } = warmRow(results, "product", request);
      const what = `Memory of the process after many \`${requestLine(request)}\`, against Express`;
      return atMost(0.6, what, ratio(rssMegabytes, warmHello.rssMegabytes));
    }),
    ...growthTargets(results),
    atMost(
      0.7,
      "Container, CPU time from process start to first response, against Express",
      ratio(startRow(results, "product").cpuMilliseconds, startRow(results, "express").cpuMilliseconds),
    ),
    atLeast(
      1,
      `Container, requests per second of \`${requestLine("whoAmI")}\`, against Express`,
      ratio(oneWorker.requestsPerSecond, expressServer.requestsPerSecond),
      ratio(oneWorker.capacityPerSecond, expressServer.capacityPerSecond),
    ),
    atLeast(
      1.7,
      results.isRoomForTwoWorkers
        ? "Container, requests per second of two workers, against one worker"
        : "Container, requests per second of two workers on two processors, against one worker on one processor, including the callers",
      ratio(twoWorkers.requestsPerSecond, alone.requestsPerSecond),
      ratio(twoWorkers.capacityPerSecond, alone.capacityPerSecond),
    ),
  ];
}

/** How much other endpoints may slow one down. */
function growthTargets({ coldGrowth, warmGrowth }: Results): Target[] {
  const compare = (
    limit: number,
    what: string,
    rows: readonly GrowthRow[],
    [candidate, reference]: readonly [CandidateName | SizedName, CandidateName | SizedName],
    request: RequestName = "health",
  ): Target => {
    const measured = growthRow(rows, candidate, request);
    const other = growthRow(rows, reference, request);
    return atMost(
      limit,
      what,
      ratio(measured.milliseconds, other.milliseconds),
      ratio(measured.cpuMilliseconds, other.cpuMilliseconds),
    );
  };
  const builds = [
    { build: "product", name: "with its code cache", limit: 0.2 },
    { build: "product-without-cache", name: "without its code cache", limit: 0.3 },
  ] as const;
  return [
    ...builds.flatMap(({ build, name, limit }) => [
      ...(["health", "whoAmI"] as const).map((request) =>
        compare(
          1.15,
          `Cold, \`${requestLine(request)}\`, ${name}, with 500 more endpoints, against the same API without them`,
          coldGrowth,
          [`${build}-500`, build],
          request,
        ),
      ),
      compare(
        limit,
        `Cold, \`${requestLine("health")}\`, ${name}, with 500 more endpoints, against Express with 500 more`,
        coldGrowth,
        [`${build}-500`, "express-500"],
      ),
    ]),
    compare(
      1.05,
      `Cold, \`${requestLine("health")}\`, with the DynamoDB client and pg in another endpoint, against the same API without them`,
      coldGrowth,
      ["product-10-with-sdks", "product-10"],
    ),
    compare(
      1.1,
      "Warm, a path with a variable, in an API with 500 endpoints, against one with 10",
      warmGrowth,
      ["product-500", "product-10"],
      "thing",
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
