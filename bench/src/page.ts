/** `docs/benchmarks.md`, and what a run prints: both are made of the results and of nothing else. */
import { holds, measuredMilliseconds } from "../../packages/infra/src/cost.ts";
import { type CandidateName, labelOf } from "./candidates.ts";
import { requestLine } from "./requests.ts";
import type { Results, ServerName } from "./results.ts";
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
): Record<"targets" | "cold" | "warm" | "memory" | "container", string> {
  return {
    targets: targetsTable(results),
    cold: coldTable(results),
    warm: warmTable(results),
    memory: memoryTable(results),
    container: containerTable(results),
  };
}

/** The whole page of a run. */
export function pageOf(results: Results): string {
  const tables = tablesOf(results);
  const { machine, versions } = results;
  return `# Benchmarks

This API with all its features, measured beside a bare hello world of what one would pick instead. This page, the chart and
[the numbers](benchmarks.json) are written by

\`\`\`sh
npm run bench
\`\`\`

which takes less than ten minutes on a machine that has nothing else to do. \`npm run bench -- --quick\` takes one or two, and
writes nothing. Milliseconds are those of one machine on one day. Ratios are what lasts: their two sides were measured in turns,
in random order, within one run.

![Cold start, warm invocation and container, this API beside its peers](images/benchmarks.svg)

| Of this run | |
| --- | --- |
| Date | ${results.date} |
| Commit | ${results.commit} |
| Machine | ${machine.processor}, ${machine.cores} processors, ${machine.memoryGigabytes} GB, ${machine.system} |
| Each process on a processor of its own | ${machine.isPinned ? "yes" : "no"} |
| Versions | ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ")} |

In the tables a number is the median, and behind it are the quartiles: a quarter of the samples is below the first, a
quarter above the second.

## Targets

${tables.targets}

A target has to be met by the clock and by CPU time: on a busy machine the clock tells who had to wait.

## Cold

${tables.cold}

Each sample is a new process. A first round, which brings the files into the system's cache, does not count.

- *Total* is what a caller waits for besides Lambda's own work: from the import of the entry to the first answer. Nothing
  of the start is left out, and what a handler prepares while it is imported counts.
- *CPU* is the time of all threads of the process, *memory* its resident size after the answer.
- *JavaScript* is every script that V8 was given until then, in kilobytes and scripts, Node's own not counted. V8's debugger tells
  it in a process of its own ([loaded.js](../bench/processes/loaded.js)).
- The function is built by [the build that a deployment uses](../packages/build/src/lambda.ts). *Without its code cache* is
  the same folder without the cache files, as it is for a Node that the cache does not fit.
- The peers are in [bench/peers](../bench/peers), bundled with esbuild as SST bundles a function by default: minified ESM in
  one file, names kept.
- The process is set up as Lambda's is ([cold.js](../bench/processes/cold.js)): Node with \`--expose-gc\` and the limits that
  follow from the function's memory, and with the modules loaded that Lambda's runtime has loaded.
- The token endpoint signs in at a stand-in for the identity provider on this machine. A provider takes longer.
- Download, unpacking and the start of Lambda's machine come on top, for everybody.

## Warm

${tables.warm}

Each sample is a new process: 4,000 invocations that do not count, then 20,000 one
after another, each with an event of its own, and one turn of the event loop between two
([warm.js](../bench/processes/warm.js)). *No framework* is what the loop itself costs. *Memory* is
the resident size of the process after the last invocation, which is what Lambda counts, and *heap* what is left of V8's own
part of it by a garbage collection. In this API's heap is zod, with which it compares answers with their contracts; the hello
worlds have nothing like it.

## Memory sizes

${tables.memory}

One process for each sample, with the limits that Node gets in a function of that size: sign-in, docs, ReDoc and the OpenAPI
document once each, so that all is loaded that answers load, and then \`${requestLine("whoAmI")}\` as above.

- A size *holds* the function if a quarter of it is left, for what your handlers keep and for Lambda's own runtime.
- A function has a share of a processor in proportion to its memory, and a whole one from 1,769 MB on. *Time at its share* is
  the processor time of one request on this machine, divided by the share. It was not measured in Lambda, whose processor is
  another and whose own work comes on top.

[Deploy](guides/deploy.md#what-it-costs) says what follows for the price.

## Container

${tables.container}

\`${requestLine("whoAmI")}\` by 32 connections and 100 callers, each with an
RS256 token of its own, from [autocannon](https://github.com/mcollina/autocannon) in a process of its own; each sample starts
a new server, and its first seconds do not count. The API runs as [the image](../Dockerfile) runs it, and its log is read.
Express verifies nothing, and answers the same to everybody ([express-server.js](../bench/peers/express-server.js)).

*Capacity* is what the workers could answer with a processor each: the requests, divided by the workers' processor time, times
the number of workers. *Processor* is the share of one that the busiest worker had: with much less than 1.00, something else
was the limit. ${
    results.isRoomForTwoWorkers
      ? "The callers had a processor of their own."
      : "The machine had two processors, which two workers had to share with their callers. They are held against one worker that has one processor to share."
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

/** The peers have but one endpoint. */
function nameOf(candidate: CandidateName, request: string): string {
  return candidate.startsWith("product") ? `${labelOf(candidate)}: \`${request}\`` : labelOf(candidate);
}

function withQuartiles({ median, firstQuartile, thirdQuartile }: Summary, digits: number): string {
  return `${median.toFixed(digits)} (${firstQuartile.toFixed(digits)}–${thirdQuartile.toFixed(digits)})`;
}

/** A Markdown table that can be read in a terminal too: the first column to the left, the others to the right. */
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
