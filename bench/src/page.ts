/** `docs/benchmarks.md`, and the output of a run: both are made from the results alone. */
import { holds, measuredMilliseconds } from "../../packages/infra/src/cost.ts";
import { type CandidateName, GROWING, labelOf, SIZES } from "./candidates.ts";
import { type RequestName, requestLine } from "./requests.ts";
import type { GrowthRow, Results, ServerName } from "./results.ts";
import type { Summary } from "./statistics.ts";
import { coldRow, containerRow, judge, ratio, warmRow } from "./targets.ts";

const SERVER_LABELS: Record<ServerName, string> = {
  express: "Express, hello world",
  product: "this API, one worker",
  "product-two-workers": "this API, two workers",
  "product-sharing": "this API, one worker, callers on the same processor",
};

/** The tables of a run, as Markdown. */
export function tablesOf(
  results: Results,
): Record<"targets" | "cold" | "growth" | "warm" | "memory" | "container" | "start", string> {
  return {
    targets: targetsTable(results),
    cold: coldTable(results),
    growth: growthTable(results),
    warm: warmTable(results),
    memory: memoryTable(results),
    container: containerTable(results),
    start: startTable(results),
  };
}

/** The whole page of a run. */
export function pageOf(results: Results): string {
  const tables = tablesOf(results);
  const { machine, versions } = results;
  return `# Benchmarks

This page compares this API, with all its features, with hello-world programs that use other frameworks. The benchmark writes this
page, the charts and [the numbers](benchmarks.json):

\`\`\`sh
npm run bench
\`\`\`

The benchmark takes less than twenty minutes on an idle machine. \`npm run bench -- --quick\` takes two or three minutes, and does
not write any files. The times depend on the machine. The ratios depend less on the machine, because a run measures both sides of
a ratio alternately, in random order.

![Cold start, warm invocation and container, this API and the alternatives](images/benchmarks.svg)

| This run | |
| --- | --- |
| Date | ${results.date} |
| Commit | ${results.commit} |
| Machine | ${machine.processor}, ${machine.cores} processors, ${machine.memoryGigabytes} GB, ${machine.system} |
| Each process has its own processor | ${machine.isPinned ? "yes" : "no"} |
| Versions | ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ")} |

Each number is a median. The quartiles follow in parentheses: a quarter of the samples is below the first value, and a quarter is
above the second value.

## Targets

${tables.targets}

A ratio must meet its target both by clock time and by CPU time, because on a busy machine, clock time includes waiting.

## Cold

${tables.cold}

Each sample is a new process. The benchmark ignores a first round, which loads the files into the system's cache.

- *Total* is the time from the import of the entry point to the first response. A caller waits for this time, in addition to
  Lambda's own work. The total includes everything that a handler prepares during its import.
- *CPU* is the processor time of all threads of the process. *Memory* is the resident size of the process after the response.
- *JavaScript* is the size and the number of all scripts that V8 has loaded by the end of the response, without Node's own scripts.
  V8's debugger reports them in a separate process ([loaded.js](../bench/processes/loaded.js)).
- The function comes from [the build that a deployment uses](../packages/build/src/lambda.ts). *Without its code cache* uses the
  same folder without the cache files, as if the folder had been built for another version of Node.
- The alternatives are in [bench/peers](../bench/peers). esbuild bundles them as SST bundles a function by default: as minified
  ESM in one file, without changing names.
- The process is set up as in Lambda ([cold.js](../bench/processes/cold.js)): Node has the option \`--expose-gc\` and the memory
  limits of the function, and has already loaded the modules that Lambda's runtime loads.
- For the token endpoint, a local stub replaces the identity provider. A real provider takes longer.
- The times do not include the download, the unpacking and the start of Lambda's machine.

## Growth

![Cold start by the number of endpoints, this API and the alternatives](images/growth.svg)

${tables.growth}

The columns show the number of endpoints that the benchmark adds. In this API, each added endpoint is a file with a group, a path
variable, a query and a response with a few fields ([sized-apis.ts](../bench/src/sized-apis.ts)). In the alternatives, it is a
route that returns its path variable. *One of them* is the first request to an added endpoint, and *warm* is one of many requests
to it. In *two SDKs*, one of ten endpoints imports \`@aws-sdk/client-dynamodb\` and \`pg\`, and the request is to another endpoint.

\`npm run bench -- --wait\` measures how long a developer waits for \`npm start\`, for a reload and for the tests.

## Warm

${tables.warm}

Each sample is a new process. After 4,000 invocations to warm up, it runs 20,000 invocations in sequence, each with a new event,
and with a turn of the event loop between two invocations ([warm.js](../bench/processes/warm.js)). *No framework* is the time of
the loop itself. *Memory* is the resident size of the process after the last invocation, which Lambda also measures. *Heap* is the
size of V8's heap after a garbage collection. This API's heap includes zod, which compares responses with their contracts. The
hello-world programs do not check their responses.

## Memory sizes

${tables.memory}

Each sample is a new process with the memory limits of a function of that size. To load all code, the process first handles one
request each for sign-in, the docs, ReDoc and the OpenAPI document. Then it handles \`${requestLine("whoAmI")}\` as described above.

- The function *fits* in a size if a quarter of the memory remains free, for your handlers' data and for Lambda's own runtime.
- Lambda gives a function a share of a processor in proportion to its memory, and a whole processor from 1,769 MB on. *Time at its
  share* is the processor time of a request on this machine, divided by the share. The benchmark does not measure in Lambda, which
  has other processors and adds its own work.

[What it costs](guides/deploy.md#estimate-the-cost) explains how the memory size affects the price.

## Container

${tables.container}

In a separate process, [autocannon](https://github.com/mcollina/autocannon) sends \`${requestLine("whoAmI")}\` over 32 connections, with the RS256
tokens of 100 callers. Each sample starts a new server, and the benchmark ignores its first seconds. The API runs as in [the
image](../Dockerfile), and the benchmark reads its log. The Express program does not verify tokens, and returns the same response
to all callers ([express-server.js](../bench/peers/express-server.js)).

*Capacity* is the number of requests that the workers could handle with one processor each: the requests, divided by the workers'
processor time, times the number of workers. *Processor* is the busiest worker's share of a processor. If it is well below 1.00,
something other than the processor limited the requests.

${tables.start}

This table shows the time from the start of the process to its first response, from the health endpoint or from the hello-world
program. *CPU* is the processor time of all threads of the process.

${
  results.isRoomForTwoWorkers
    ? "The callers had a separate processor."
    : "The two workers share the machine's two processors with their callers. The target therefore compares their requests per second with those of one worker that shares one processor with its callers."
}
`;
}

function targetsTable(results: Results): string {
  return table(
    ["Target", "Ratio", "Ratio of CPU time", "Limit", "Result"],
    judge(results).map(({ what, ratio: measured, processorRatio, is, limit, isMet }) => [
      what,
      measured.toFixed(2),
      processorRatio?.toFixed(2) ?? "",
      `${is} ${limit}`,
      isMet ? "met" : "**not met**",
    ]),
  );
}

function coldTable(results: Results): string {
  const express = coldRow(results, "express", "health");
  const hono = coldRow(results, "hono", "health");
  return table(
    ["", "Total ms", "Import ms", "CPU ms", "Memory MB", "JavaScript KB", "× Express", "× Hono", "Samples"],
    results.cold.map((row) => [
      nameOf(row.candidate, requestLine(row.request)),
      withQuartiles(row.milliseconds, 1),
      row.importMilliseconds.median.toFixed(1),
      withQuartiles(row.cpuMilliseconds, 1),
      row.rssMegabytes.median.toFixed(0),
      `${row.loadedKilobytes.toFixed(0)} in ${row.loadedFiles}`,
      ratio(row.milliseconds, express.milliseconds).toFixed(2),
      ratio(row.milliseconds, hono.milliseconds).toFixed(2),
      String(row.milliseconds.samples),
    ]),
  );
}

const COUNTS = [0, 10, ...SIZES] as const;

/** A column for each number of added endpoints. */
function growthTable({ coldGrowth, warmGrowth }: Results): string {
  const row = (
    label: string,
    rows: readonly GrowthRow[],
    request: RequestName,
    at: (count: (typeof COUNTS)[number]) => string | undefined,
    unit = 1,
  ): string[] => [
    label,
    ...COUNTS.map((count) => {
      const found = rows.find(
        (candidate) => candidate.candidate === at(count) && candidate.request === request,
      );
      return found ? withQuartiles(scaled(found.milliseconds, unit), 1) : "";
    }),
  ];
  const sized = (name: string) => (count: number) => (count === 0 ? name : `${name}-${count}`);
  return table(
    ["", ...COUNTS.map(String)],
    [
      ...GROWING.map((name) => row(`${labelOf(name)}, ms`, coldGrowth, "health", sized(name))),
      row(`this API, \`${requestLine("whoAmI")}\`, ms`, coldGrowth, "whoAmI", sized("product")),
      row("this API, one of them, ms", coldGrowth, "thing", sized("product")),
      row(
        "this API, two SDKs in one of them, ms",
        coldGrowth,
        "health",
        (count) => `product-${count}-with-sdks`,
      ),
      row(`this API, \`${requestLine("openapi")}\`, ms`, coldGrowth, "openapi", sized("product")),
      row("this API, one of them, warm, µs", warmGrowth, "thing", sized("product"), 1000),
    ],
  );
}

function scaled({ samples, firstQuartile, median, thirdQuartile }: Summary, factor: number): Summary {
  return {
    samples,
    firstQuartile: firstQuartile * factor,
    median: median * factor,
    thirdQuartile: thirdQuartile * factor,
  };
}

function startTable({ start }: Results): string {
  return table(
    ["", "ms", "CPU ms", "Samples"],
    start.map(({ server, milliseconds, cpuMilliseconds }) => [
      SERVER_LABELS[server],
      withQuartiles(milliseconds, 1),
      withQuartiles(cpuMilliseconds, 1),
      String(milliseconds.samples),
    ]),
  );
}

function warmTable(results: Results): string {
  const express = warmRow(results, "express", "health");
  const hono = warmRow(results, "hono", "health");
  return table(
    ["", "µs", "CPU µs", "Heap MB", "Memory MB", "× Express", "× Hono", "Samples"],
    results.warm.map((row) => [
      nameOf(row.candidate, requestLine(row.request)),
      withQuartiles(row.microseconds, 1),
      withQuartiles(row.cpuMicroseconds, 1),
      row.heapMegabytes.median.toFixed(1),
      row.rssMegabytes.median.toFixed(0),
      ratio(row.microseconds, express.microseconds).toFixed(2),
      ratio(row.microseconds, hono.microseconds).toFixed(2),
      String(row.microseconds.samples),
    ]),
  );
}

function memoryTable({ memory }: Results): string {
  return table(
    [
      "Memory size MB",
      "Memory of the process MB",
      "Function fits",
      "Heap MB",
      "CPU µs",
      "Time at its share ms",
      "Samples",
    ],
    memory.map((row) => [
      String(row.memoryMegabytes),
      withQuartiles(row.rssMegabytes, 0),
      holds(row) ? "yes" : "no",
      row.heapMegabytes.median.toFixed(1),
      withQuartiles(row.cpuMicroseconds, 1),
      measuredMilliseconds(row).toFixed(2),
      String(row.rssMegabytes.samples),
    ]),
  );
}

function containerTable(results: Results): string {
  const express = containerRow(results, "express");
  return table(
    ["", "Requests/s", "Capacity/s", "p99 ms", "Processor", "× Express", "Capacity × Express", "Samples"],
    results.container.map((row) => [
      SERVER_LABELS[row.server],
      withQuartiles(row.requestsPerSecond, 0),
      withQuartiles(row.capacityPerSecond, 0),
      row.p99Milliseconds.median.toFixed(0),
      row.processorShare.median.toFixed(2),
      ratio(row.requestsPerSecond, express.requestsPerSecond).toFixed(2),
      ratio(row.capacityPerSecond, express.capacityPerSecond).toFixed(2),
      String(row.requestsPerSecond.samples),
    ]),
  );
}

/** The peers have only one endpoint. */
function nameOf(candidate: CandidateName, request: string): string {
  return candidate.startsWith("product") ? `${labelOf(candidate)}: \`${request}\`` : labelOf(candidate);
}

function withQuartiles({ median, firstQuartile, thirdQuartile }: Summary, digits: number): string {
  return `${median.toFixed(digits)} (${firstQuartile.toFixed(digits)}–${thirdQuartile.toFixed(digits)})`;
}

/** A Markdown table that is readable in a terminal too: the first column aligned left, the others right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(" | ")} |`;
  const rule = widths.map((width, column) =>
    column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
  );
  return [head, rule, ...rows].map(line).join("\n");
}
