// `npm run cost -- --requests 1e6 --ms 20 --memory 512` estimates the monthly cost, item by item.

import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { PRICES, PRICES_OF, type Price, priceOf } from "./prices.ts";
import { settingsTable } from "./settings.ts";

export interface Usage {
  /** Per month. */
  readonly requests: number;
  /** The function's duration per request, billed by the millisecond. */
  readonly milliseconds: number;
  readonly memoryMegabytes: number;
  /** The percentage of requests that are cold starts. */
  readonly coldPercent: number;
  /** The duration of a cold start, which Lambda bills since August 2025. */
  readonly initMilliseconds: number;
  /** What one request writes to the access log and the function's log. */
  readonly logBytes: number;
  /** The size of one response. */
  readonly responseBytes: number;
  /** The API's own metrics in CloudWatch, each with its price. */
  readonly metrics: number;
  /** Whether the API has a domain with a hosted zone at Route 53. */
  readonly hasDomain: boolean;
  /** The instances that run all the time, for provisioned concurrency and Fargate. */
  readonly instances: number;
  /** Whether the duration comes from the benchmark. */
  readonly isMeasured?: boolean;
}

/** The function as measured by `npm run bench` within the limits of one memory size. */
export interface MeasuredSize {
  readonly memoryMegabytes: number;
  /** Processor time per request. */
  readonly cpuMicroseconds: { readonly median: number };
  readonly rssMegabytes: { readonly median: number };
}

export interface CostItem {
  readonly item: string;
  readonly dollars: number;
  /** The price after the monthly free tier. */
  readonly dollarsAfterFreeTier: number;
}

/** A way to run the API. */
export type Architecture = "lambda" | "provisioned" | "fargate";

const GIGABYTE = 1024 ** 3;
const METERED_REQUEST_BYTES = 512 * 1024;
/** The month of AWS's calculator: 730 hours. */
const HOURS = 730;
const SECONDS = HOURS * 3600;
/** The resources of the component `ContainerService`: an instance of this size with an address, and a load balancer in two zones. */
const FARGATE = { processors: 0.25, gigabytes: 0.5, zones: 2 };
/** The connections in one load balancer unit. One connection per request is the most expensive case. */
const CONNECTIONS_OF_A_UNIT = 25;

/** The cost of a month, item by item. */
export function monthlyCost(usage: Usage, architecture: Architecture = "lambda"): CostItem[] {
  const { requests, memoryMegabytes, instances } = usage;
  const gigabytes = memoryMegabytes / 1024;
  const sent = (requests * usage.responseBytes) / GIGABYTE;
  const gateway = item(
    "API Gateway, requests",
    PRICES.gatewayRequest,
    requests * Math.max(1, Math.ceil(usage.responseBytes / METERED_REQUEST_BYTES)),
  );
  const worked = requests * (Math.ceil(usage.milliseconds) / 1000) * gigabytes;
  const started = requests * (usage.coldPercent / 100) * (usage.initMilliseconds / 1000) * gigabytes;
  const logGigabyte = architecture === "fargate" ? PRICES.containerLogGigabyte : PRICES.logGigabyte;
  const shared = [
    item("CloudWatch Logs", logGigabyte, (requests * usage.logBytes) / GIGABYTE),
    ...(usage.metrics > 0 ? [item("Metrics", PRICES.metric, usage.metrics)] : []),
    ...(usage.hasDomain ? [item("Domain, hosted zone", PRICES.hostedZone, 1)] : []),
    item("Data transfer out", PRICES.transferGigabyte, sent),
  ];
  switch (architecture) {
    case "lambda":
      return [
        gateway,
        item("Lambda, requests", PRICES.lambdaRequest, requests),
        item("Lambda, duration", PRICES.lambdaGigabyteSecond, worked + started),
        ...shared,
      ];
    case "provisioned":
      return [
        gateway,
        item("Lambda, requests", PRICES.provisionedRequest, requests),
        item("Lambda, duration", PRICES.provisionedDurationGigabyteSecond, worked),
        item("Lambda, provisioned", PRICES.provisionedGigabyteSecond, instances * SECONDS * gigabytes),
        ...shared,
      ];
    case "fargate": {
      const units = Math.max(requests / SECONDS / CONNECTIONS_OF_A_UNIT, sent / HOURS);
      return [
        item("Fargate, vCPU", PRICES.fargateProcessorHour, instances * HOURS * FARGATE.processors),
        item("Fargate, memory", PRICES.fargateGigabyteHour, instances * HOURS * FARGATE.gigabytes),
        item("Load balancer", PRICES.loadBalancerHour, HOURS),
        item("Load balancer, LCUs", PRICES.loadBalancerUnitHour, units * HOURS),
        item("Public IPv4 addresses", PRICES.publicAddressHour, (instances + FARGATE.zones) * HOURS),
        ...shared,
      ];
    }
  }
}

function item(name: string, price: Price, amount: number): CostItem {
  return {
    item: name,
    dollars: priceOf(price, amount),
    dollarsAfterFreeTier: priceOf(price, amount, true),
  };
}

const listPrice = (usage: Usage, architecture: Architecture) =>
  monthlyCost(usage, architecture).reduce((sum, { dollars }) => sum + dollars, 0);

/**
 * The number of requests from which another way costs less than on-demand Lambda, with everything else unchanged.
 *
 * @returns `undefined` if it never does.
 */
export function overtakes(usage: Usage, other: Exclude<Architecture, "lambda">): number | undefined {
  const saves = (requests: number) => {
    const load = { ...usage, requests };
    return listPrice(load, "lambda") > listPrice(load, other);
  };
  let [dearer, cheaper] = [0, 1];
  while (!saves(cheaper)) {
    cheaper *= 2;
    if (cheaper > 1e13) return undefined;
  }
  // Searches to the nearest request.
  while (cheaper - dearer > 1) {
    const middle = Math.floor((dearer + cheaper) / 2);
    if (saves(middle)) cheaper = middle;
    else dearer = middle;
  }
  return cheaper;
}

/** From this size on a function has a whole processor, below it a share (AWS, "Configure Lambda function memory"). */
const MEGABYTES_OF_A_PROCESSOR = 1769;

/** The duration of the function's own work in a size: its processor time divided by its share of a processor. */
export function measuredMilliseconds({ memoryMegabytes, cpuMicroseconds }: MeasuredSize): number {
  return (cpuMicroseconds.median / 1000) * Math.max(1, MEGABYTES_OF_A_PROCESSOR / memoryMegabytes);
}

/** Whether a size keeps a quarter free for your handlers and Lambda's runtime. */
export function holds({ memoryMegabytes, rssMegabytes }: MeasuredSize): boolean {
  return rssMegabytes.median <= memoryMegabytes * 0.75;
}

/** The benchmark's figures, in this repository and in the published package. */
const FIGURES = ["../../../docs/benchmarks.json", "../benchmarks.json"].map(
  (path) => new URL(path, import.meta.url),
);

/** The sizes in `docs/benchmarks.json`. */
export function readMeasuredSizes(): MeasuredSize[] {
  const file = FIGURES.find((url) => existsSync(url));
  if (!file) throw new Error("The benchmark figures are missing; run: npm run bench");
  return JSON.parse(readFileSync(file, "utf8")).memory;
}

/** An option's lowest and highest value, an example, and whether it is a whole number. */
interface Range {
  readonly least: number;
  readonly most: number;
  readonly example: string;
  readonly isWhole?: boolean;
}

/** AWS's limits: of the function's timeout here, of the phase Init (Lambda developer guide), and of an answer. */
const RANGES = {
  requests: { least: 0, most: 1e12, example: "1e6", isWhole: true },
  ms: { least: 0, most: 29_000, example: "20" },
  memory: { least: 128, most: 10_240, example: "512", isWhole: true },
  "cold-percent": { least: 0, most: 100, example: "1" },
  "init-ms": { least: 0, most: 10_000, example: "200" },
  "log-bytes": { least: 0, most: 1e9, example: "1200" },
  "response-bytes": { least: 0, most: 6 * 1024 ** 2, example: "1000" },
  metrics: { least: 0, most: 1e6, example: "6", isWhole: true },
  instances: { least: 1, most: 1000, example: "2", isWhole: true },
} satisfies Record<string, Range>;
const SWITCHES = ["domain", "compare"] as const;
type Option = keyof typeof RANGES;

/**
 * Reads the options. Without `--memory`, the function has the memory that a stage has by default. Without `--ms`, the
 * duration is that of the given size or of the next smaller measured one.
 *
 * @throws Error for a value outside the range of its option.
 */
export function readUsage(
  args: readonly string[],
  measuredSizes: readonly MeasuredSize[],
): Usage & { readonly compares: boolean } {
  const values = parsed(args);
  const number = (name: Option, byDefault: number) => {
    const text = values[name];
    return text === undefined ? byDefault : numberIn(name, text);
  };
  if (values.instances !== undefined && !values.compare)
    throw new Error("--instances has no effect without --compare; add --compare, or remove --instances.");
  const memoryMegabytes = number("memory", Number(settingsTable.MEMORY_MEGABYTES.default));
  const nearest =
    measuredSizes.findLast((size) => size.memoryMegabytes <= memoryMegabytes) ?? measuredSizes[0];
  return {
    requests: number("requests", 1e6),
    milliseconds: number("ms", nearest ? measuredMilliseconds({ ...nearest, memoryMegabytes }) : 0),
    memoryMegabytes,
    coldPercent: number("cold-percent", 1),
    initMilliseconds: number("init-ms", 200),
    logBytes: number("log-bytes", 1200),
    responseBytes: number("response-bytes", 1000),
    metrics: number("metrics", 0),
    hasDomain: values.domain === true,
    instances: number("instances", 1),
    compares: values.compare === true,
    isMeasured: values.ms === undefined,
  };
}

function numberIn(name: Option, text: string): number {
  const { least, most, example, isWhole = false }: Range = RANGES[name];
  const value = Number(text);
  const isRight =
    text.trim() !== "" && value >= least && value <= most && (!isWhole || Number.isInteger(value));
  if (isRight) return value;
  throw new Error(
    `--${name} is "${text}"; use a ${isWhole ? "whole " : ""}number from ${least} to ${most}, for example --${name} ${example}.`,
  );
}

function parsed(
  args: readonly string[],
): Partial<Record<Option, string> & Record<(typeof SWITCHES)[number], boolean>> {
  const options = Object.fromEntries([
    ...Object.keys(RANGES).map((name) => [name, { type: "string" } as const] as const),
    ...SWITCHES.map((name) => [name, { type: "boolean" } as const] as const),
  ]);
  try {
    return parseArgs({ args, options }).values;
  } catch {
    const known = Object.keys(RANGES).map((name) => `--${name}`);
    throw new Error(
      `Cannot read "${args.join(" ")}"; use ${known.join(", ")}, each with a number, or --domain or --compare without one.`,
    );
  }
}

/** The items as a table, with their total. */
export function costTable(
  items: readonly CostItem[],
  { milliseconds, memoryMegabytes, isMeasured }: Usage,
): string {
  const sum = (pick: (item: CostItem) => number) => items.reduce((total, item) => total + pick(item), 0);
  const total = {
    item: "Total",
    dollars: sum(({ dollars }) => dollars),
    dollarsAfterFreeTier: sum(({ dollarsAfterFreeTier }) => dollarsAfterFreeTier),
  };
  const dollars = (amount: number, width: number) => `$${amount.toFixed(2)}`.padStart(width);
  return [
    `${"Monthly cost".padEnd(22)}${"list price".padStart(12)}${"after free tier".padStart(17)}`,
    ...[...items, total].map(
      ({ item, dollars: list, dollarsAfterFreeTier }) =>
        `${item.padEnd(22)}${dollars(list, 12)}${dollars(dollarsAfterFreeTier, 17)}`,
    ),
    "",
    ...(isMeasured
      ? [
          `The estimate assumes ${milliseconds.toFixed(1)} ms per request with ${memoryMegabytes} MB, the duration of the framework alone in the kit's benchmark.`,
          "Add the duration of your own handlers, and pass the total with --ms.",
        ]
      : []),
    `Prices for arm64 in us-east-1 as of ${PRICES_OF}.`,
  ].join("\n");
}

const COLUMNS = {
  lambda: "on demand",
  provisioned: "provisioned",
  fargate: "Fargate",
} as const satisfies Record<Architecture, string>;

/** The same load on each architecture at list prices, and the load from which another one costs less. */
export function comparisonTable(usage: Usage): string {
  const architectures = Object.keys(COLUMNS) as Architecture[];
  const costs = architectures.map((architecture) => monthlyCost(usage, architecture));
  const names = [...new Set(costs.flat().map(({ item }) => item))];
  const row = (name: string, cells: readonly string[]) =>
    (name.padEnd(22) + cells.map((cell) => cell.padStart(13)).join("")).trimEnd();
  const dollars = (amount: number) => `$${amount.toFixed(2)}`;
  const { instances } = usage;
  const kept = instances === 1 ? "1 instance" : `${instances} instances`;
  const turn = (other: Exclude<Architecture, "lambda">, name: string) => {
    const requests = overtakes(usage, other);
    if (requests === undefined) return `${name} is never cheaper than on demand.`;
    const perSecond = (requests / SECONDS).toFixed(1);
    return `${name} becomes cheaper than on demand at ${requests.toLocaleString("en")} requests a month (${perSecond} per second), if ${kept} can handle them.`;
  };
  return [
    row(
      "Monthly list price",
      architectures.map((architecture) => COLUMNS[architecture]),
    ),
    ...names.map((name) =>
      row(
        name,
        costs.map((items) => {
          const found = items.find(({ item }) => item === name);
          return found ? dollars(found.dollars) : "";
        }),
      ),
    ),
    row(
      "Total",
      architectures.map((architecture) => dollars(listPrice(usage, architecture))),
    ),
    "",
    turn("provisioned", "Provisioned concurrency"),
    turn("fargate", "Fargate"),
    `Prices for arm64 in us-east-1 as of ${PRICES_OF}. Provisioned concurrency and Fargate run ${kept} all the time.`,
  ].join("\n");
}

/**
 * The program.
 *
 * @param args the typed arguments.
 */
export async function main(args: readonly string[]): Promise<void> {
  try {
    const usage = readUsage(args, readMeasuredSizes());
    console.log(usage.compares ? comparisonTable(usage) : costTable(monthlyCost(usage), usage));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

if (import.meta.main) await main(process.argv.slice(2));
