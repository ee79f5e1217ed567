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

This API with all its features, compared with bare hello worlds of what you might use instead. The benchmark writes this page,
the chart and [the numbers](benchmarks.json):

\`\`\`sh
npm run bench
\`\`\`

It takes less than twenty minutes on an idle machine. \`npm run bench -- --quick\` takes two or three, and writes nothing. The
milliseconds belong to one machine on one day. The ratios carry over better: their two sides were measured alternately, in
random order, within one run.

![Cold start, warm invocation and container, this API beside its peers](images/benchmarks.svg)

| Of this run | |
| --- | --- |
| Date | ${results.date} |
| Commit | ${results.commit} |
| Machine | ${machine.processor}, ${machine.cores} processors, ${machine.memoryGigabytes} GB, ${machine.system} |
| Each process pinned to its own processor | ${machine.isPinned ? "yes" : "no"} |
| Versions | ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ")} |

Each number is a median, followed by the quartiles: a quarter of the samples is below the first, and a quarter is above the
second.

## Targets

${tables.targets}

A target must be met both by the clock and by CPU time, because on a busy machine clock time includes waiting.

## Cold

${tables.cold}

Each sample is a new process. An extra first round, which brings the files into the system's cache, does not count.

- *Total* is the time that a caller waits, apart from Lambda's own work: from the import of the entry to the first answer. It
  includes everything that a handler prepares during its import.
- *CPU* is the time of all threads of the process, *memory* its resident size after the answer.
- *JavaScript* counts every script that V8 received until then, in kilobytes and scripts, without Node's own. V8's debugger
  reports them in a separate process ([loaded.js](../bench/processes/loaded.js)).
- The function comes from [the build that a deployment uses](../packages/build/src/lambda.ts). *Without its code cache* is the
  same folder without the cache files, as if it had been built for another version of Node.
- The peers are in [bench/peers](../bench/peers), bundled with esbuild as SST bundles a function by default: minified ESM in
  one file, with the names kept.
- The process is set up like Lambda's ([cold.js](../bench/processes/cold.js)): Node with \`--expose-gc\`, with the limits that
  follow from the function's memory, and with the modules that Lambda's runtime has loaded.
- The token endpoint signs in at a stub of the identity provider on this machine. A real provider takes longer.
- Download, unpacking and the start of Lambda's machine are not included, for any candidate.

## Growth

![Cold start by the number of endpoints, this API beside its peers](images/growth.svg)

${tables.growth}

Cold starts with added endpoints. Each of ours is a file with a group, a variable, a query and an answer of a few fields
([sized-apis.ts](../bench/src/sized-apis.ts)); each of a peer's is a route that answers its variable. *One of them* is the first request
for an added endpoint, with 10 and with 500 of them, and *warm* is one of many requests. In *two SDKs*, one of ten endpoints imports
\`@aws-sdk/client-dynamodb\` and \`pg\`, and the request is for another.

What a developer waits for (\`npm start\`, a reload, the tests) has its own measure: \`npm run bench -- --wait\`.

## Warm

${tables.warm}

Each sample is a new process: 4,000 invocations to warm up, then 20,000 in sequence, each with a new event, and one turn of
the event loop in between ([warm.js](../bench/processes/warm.js)). *No framework* is the cost of the loop itself. *Memory* is the
resident size of the process after the last invocation, which is what Lambda counts, and *heap* is V8's part of it after a
garbage collection. This API's heap includes zod, which compares answers with their contracts; the hello worlds do no such
check.

## Memory sizes

${tables.memory}

One process for each sample, with Node's limits in a function of that size: first sign-in, docs, ReDoc and the OpenAPI document
once each, so that everything is loaded, and then \`${requestLine("whoAmI")}\` as above.

- A size *holds* the function if a quarter of it remains free, for your handlers' data and for Lambda's own runtime.
- A function gets a share of a processor in proportion to its memory, and a whole one from 1,769 MB on. *Time at its share* is
  the processor time of one request on this machine, divided by the share. It was not measured in Lambda, which has other
  processors and adds its own work.

[Deploy](guides/deploy.md#what-it-costs) shows the effect on the price.

## Container

${tables.container}

\`${requestLine("whoAmI")}\` from 32 connections and 100 callers with different
RS256 tokens, sent by [autocannon](https://github.com/mcollina/autocannon) in a separate process. Each sample starts a new
server, and its first seconds do not count. The API runs as in [the image](../Dockerfile), and its log is read. Express verifies
no token, and gives all callers the same answer ([express-server.js](../bench/peers/express-server.js)).

${tables.start}

From the start of the process to its first answer: the health endpoint, or the hello world. *CPU* is the time of all threads of the
process.

*Capacity* is what the workers could answer with one processor each: the requests, divided by the workers' processor time, times
the number of workers. *Processor* is the busiest worker's share of a processor: well below 1.00, something else was the limit.
${
  results.isRoomForTwoWorkers
    ? "The callers had their own processor."
    : "The machine had two processors, which two workers had to share with their callers. They are compared with one worker that shares one processor."
}
`;
}

function targetsTable(results: Results): string {
  return table(
    ["Target", "Ratio", "By CPU time", "Must be", ""],
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
      "Holds it",
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
