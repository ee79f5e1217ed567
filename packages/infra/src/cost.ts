// `npm run cost -- --requests 1e6 --ms 20 --memory 512`: what a month costs, item by item.

import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";

export interface Usage {
  /** A month. */
  readonly requests: number;
  /** What the function takes for one, billed by the millisecond. */
  readonly milliseconds: number;
  readonly memoryMegabytes: number;
  /** What one request leaves in the access log and in the function's log. */
  readonly logBytes: number;
  /** What one answer weighs. */
  readonly answerBytes: number;
  /** Whether the milliseconds are those of the benchmark. */
  readonly isMeasured?: boolean;
}

/** What `npm run bench` has measured of the function with the limits of one memory size. */
export interface MeasuredSize {
  readonly memoryMegabytes: number;
  /** The processor's time for one request. */
  readonly cpuMicroseconds: { readonly median: number };
  readonly rssMegabytes: { readonly median: number };
}

export interface CostItem {
  readonly item: string;
  readonly dollars: number;
  /** The same, without what AWS gives to everybody every month. */
  readonly dollarsAfterFreeTier: number;
}

/**
 * List prices of us-east-1 in dollars; other regions differ by some percent. Check before you quote them:
 * aws.amazon.com/api-gateway/pricing, /lambda/pricing, /cloudwatch/pricing and /ec2/pricing/on-demand (data transfer).
 */
export const PRICES = {
  gatewayPerMillion: 1.0,
  gatewayPerMillionBeyond300Million: 0.9,
  lambdaPerMillion: 0.2,
  /** On arm64. */
  lambdaPerGigabyteSecond: 0.0000133334,
  logsPerGigabyte: 0.5,
  transferPerGigabyte: 0.09,
} as const;

/** Every month, for every account. */
const FREE = { lambdaRequests: 1e6, gigabyteSeconds: 400_000, logGigabytes: 5, transferGigabytes: 100 };

const MILLION = 1e6;
const GIGABYTE = 1024 ** 3;
const METERED_REQUEST_BYTES = 512 * 1024;

/** What a month costs. A request to the gateway counts again for each 512 KB. */
export function monthlyCost(usage: Usage): CostItem[] {
  const metered = usage.requests * Math.max(1, Math.ceil(usage.answerBytes / METERED_REQUEST_BYTES));
  const gateway =
    (Math.min(metered, 300 * MILLION) / MILLION) * PRICES.gatewayPerMillion +
    (Math.max(0, metered - 300 * MILLION) / MILLION) * PRICES.gatewayPerMillionBeyond300Million;
  const gigabyteSeconds =
    usage.requests * (Math.ceil(usage.milliseconds) / 1000) * (usage.memoryMegabytes / 1024);
  const item = (name: string, amount: number, free: number, price: number): CostItem => ({
    item: name,
    dollars: amount * price,
    dollarsAfterFreeTier: Math.max(0, amount - free) * price,
  });
  return [
    { item: "API Gateway, requests", dollars: gateway, dollarsAfterFreeTier: gateway },
    item("Lambda, requests", usage.requests, FREE.lambdaRequests, PRICES.lambdaPerMillion / MILLION),
    item("Lambda, duration", gigabyteSeconds, FREE.gigabyteSeconds, PRICES.lambdaPerGigabyteSecond),
    item(
      "CloudWatch Logs",
      (usage.requests * usage.logBytes) / GIGABYTE,
      FREE.logGigabytes,
      PRICES.logsPerGigabyte,
    ),
    item(
      "Data to callers",
      (usage.requests * usage.answerBytes) / GIGABYTE,
      FREE.transferGigabytes,
      PRICES.transferPerGigabyte,
    ),
  ];
}

/** From this size on a function has a whole processor, below it a share (AWS, "Configure Lambda function memory"). */
const MEGABYTES_OF_A_PROCESSOR = 1769;

/** What the function's own work takes in a size: its processor time, divided by its share of a processor. */
export function measuredMilliseconds({ memoryMegabytes, cpuMicroseconds }: MeasuredSize): number {
  return (cpuMicroseconds.median / 1000) * Math.max(1, MEGABYTES_OF_A_PROCESSOR / memoryMegabytes);
}

/** Whether a size leaves a quarter of itself to what a handler of yours keeps, and to Lambda's own runtime. */
export function holds({ memoryMegabytes, rssMegabytes }: MeasuredSize): boolean {
  return rssMegabytes.median <= memoryMegabytes * 0.75;
}

/**
 * The measured size with the least to pay for a request. The work of a smaller size takes longer in proportion, so its
 * price is the same but for the milliseconds that have begun: the smallest that holds the function is the cheapest.
 */
export function cheapestSize(sizes: readonly MeasuredSize[]): MeasuredSize {
  const priced = sizes.filter(holds).map((size) => ({
    size,
    price: Math.ceil(measuredMilliseconds(size)) * size.memoryMegabytes,
  }));
  const [cheapest] = priced.toSorted(
    (a, b) => a.price - b.price || a.size.memoryMegabytes - b.size.memoryMegabytes,
  );
  if (!cheapest) throw new Error("No measured size holds the function; run npm run bench.");
  return cheapest.size;
}

/** Where the benchmark writes its figures, and where the published package has them. */
const FIGURES = ["../../../docs/benchmarks.json", "../benchmarks.json"].map(
  (path) => new URL(path, import.meta.url),
);

/** The sizes in `docs/benchmarks.json`. */
export function readMeasuredSizes(): MeasuredSize[] {
  const file = FIGURES.find((url) => existsSync(url));
  if (!file) throw new Error("The figures of the benchmark are missing; run: npm run bench");
  return JSON.parse(readFileSync(file, "utf8")).memory;
}

const EXAMPLES = { requests: "1e6", ms: "20", memory: "512", "log-bytes": "1200", "answer-bytes": "1000" };
type Option = keyof typeof EXAMPLES;

/**
 * Reads the options. Memory and time are by default what was measured: the cheapest size, and what a request takes in
 * the size that is asked for, or in the next smaller one that was measured.
 *
 * @throws Error, in a sentence, for what is no number.
 */
export function readUsage(args: readonly string[], measuredSizes: readonly MeasuredSize[]): Usage {
  const values = parsed(args);
  const number = (name: Option, byDefault: number) => {
    const text = values[name];
    if (text === undefined) return byDefault;
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value) || value < 0)
      throw new Error(`--${name} is "${text}"; write a number, e.g. --${name} ${EXAMPLES[name]}.`);
    return value;
  };
  const memoryMegabytes = number("memory", cheapestSize(measuredSizes).memoryMegabytes);
  const nearest =
    measuredSizes.findLast((size) => size.memoryMegabytes <= memoryMegabytes) ?? measuredSizes[0];
  return {
    requests: number("requests", 1e6),
    milliseconds: number("ms", nearest ? measuredMilliseconds({ ...nearest, memoryMegabytes }) : 0),
    memoryMegabytes,
    logBytes: number("log-bytes", 1200),
    answerBytes: number("answer-bytes", 1000),
    isMeasured: values.ms === undefined,
  };
}

function parsed(args: readonly string[]): Partial<Record<Option, string>> {
  const options = Object.fromEntries(
    Object.keys(EXAMPLES).map((name) => [name, { type: "string" } as const]),
  );
  try {
    return parseArgs({ args, options }).values;
  } catch {
    const known = Object.keys(EXAMPLES).map((name) => `--${name}`);
    throw new Error(
      `Cannot read "${args.join(" ")}"; the options are ${known.join(", ")}, each with a number.`,
    );
  }
}

/** The items as a table with their sum. */
export function costTable(
  items: readonly CostItem[],
  { milliseconds, memoryMegabytes, isMeasured }: Usage,
): string {
  const sum = (pick: (item: CostItem) => number) => items.reduce((total, item) => total + pick(item), 0);
  const total = {
    item: "Together",
    dollars: sum(({ dollars }) => dollars),
    dollarsAfterFreeTier: sum(({ dollarsAfterFreeTier }) => dollarsAfterFreeTier),
  };
  const dollars = (amount: number) => `$${amount.toFixed(2)}`.padStart(12);
  return [
    `${"A month".padEnd(22)}${"list price".padStart(12)}${"to pay".padStart(12)}`,
    ...[...items, total].map(
      ({ item, dollars: list, dollarsAfterFreeTier }) =>
        `${item.padEnd(22)}${dollars(list)}${dollars(dollarsAfterFreeTier)}`,
    ),
    "",
    ...(isMeasured
      ? [
          `${milliseconds.toFixed(1)} ms a request in ${memoryMegabytes} MB: this API's own work as measured in docs/benchmarks.md.`,
          "What your handlers do and wait for comes on top; say it all with --ms.",
        ]
      : []),
    "us-east-1, arm64; to pay: without what is free every month. A domain's hosted zone is $0.50 more.",
  ].join("\n");
}

/**
 * The program.
 *
 * @param args what was typed after its name.
 */
export async function main(args: readonly string[]): Promise<void> {
  try {
    const usage = readUsage(args, readMeasuredSizes());
    console.log(costTable(monthlyCost(usage), usage));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

if (import.meta.main) await main(process.argv.slice(2));
