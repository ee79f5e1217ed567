// `npm run cost -- --requests 1e6 --ms 20 --memory 512`: what a month costs, item by item.

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

const DEFAULTS = { requests: "1e6", ms: "20", memory: "512", "log-bytes": "1200", "answer-bytes": "1000" };

/** @throws Error, in a sentence, for what is no number. */
export function readUsage(args: string[]): Usage {
  const options = Object.fromEntries(
    Object.entries(DEFAULTS).map(([name, value]) => [name, { type: "string", default: value } as const]),
  );
  const values = parsed(args, options);
  const number = (name: keyof typeof DEFAULTS) => {
    const text = String(values[name]);
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value) || value < 0)
      throw new Error(`--${name} is "${text}"; write a number, e.g. --${name} ${DEFAULTS[name]}.`);
    return value;
  };
  return {
    requests: number("requests"),
    milliseconds: number("ms"),
    memoryMegabytes: number("memory"),
    logBytes: number("log-bytes"),
    answerBytes: number("answer-bytes"),
  };
}

function parsed(args: string[], options: Record<string, { type: "string"; default: string }>) {
  try {
    return parseArgs({ args, options }).values;
  } catch {
    const known = Object.keys(options).map((name) => `--${name}`);
    throw new Error(
      `Cannot read "${args.join(" ")}"; the options are ${known.join(", ")}, each with a number.`,
    );
  }
}

/** The items as a table with their sum. */
export function costTable(items: readonly CostItem[]): string {
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
    "us-east-1, arm64; to pay: without what is free every month. A domain's hosted zone is $0.50 more.",
  ].join("\n");
}

if (import.meta.main) {
  try {
    console.log(costTable(monthlyCost(readUsage(process.argv.slice(2)))));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
