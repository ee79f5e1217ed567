import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import {
  type Architecture,
  comparisonTable,
  costTable,
  holds,
  type MeasuredSize,
  measuredMilliseconds,
  monthlyCost,
  overtakes,
  readMeasuredSizes,
  readUsage,
  type Usage,
} from "./cost.ts";
import { PRICES, PRICES_OF, type Price, priceOf as priceOfAmount } from "./prices.ts";

const warm = { coldPercent: 0, initMilliseconds: 0, metrics: 0, hasDomain: false, instances: 1 };
const quiet = { ...warm, logBytes: 0, responseBytes: 0 };
const priceOf = (item: string, usage: Usage) =>
  monthlyCost(usage).find((candidate) => candidate.item === item)?.dollars ?? Number.NaN;
const size = (memoryMegabytes: number, cpu: number, rss: number): MeasuredSize => ({
  memoryMegabytes,
  cpuMicroseconds: { median: cpu },
  rssMegabytes: { median: rss },
});
const sizes = [size(128, 60, 110), size(256, 50, 120), size(512, 40, 150), size(2048, 40, 200)];
const together = (usage: Usage) => monthlyCost(usage).reduce((sum, { dollars }) => sum + dollars, 0);

describe("the monthly cost", () => {
  it("is $1.53 for a million requests of 100 ms in 256 MB, without logs and transfer", () => {
    const usage = { requests: 1e6, milliseconds: 100, memoryMegabytes: 256, ...quiet };
    assert.equal(together(usage).toFixed(2), "1.53");
    const afterFreeTier = monthlyCost(usage).reduce((sum, item) => sum + item.dollarsAfterFreeTier, 0);
    assert.equal(afterFreeTier.toFixed(2), "1.00", "only the gateway is left after Lambda's free tier");
  });

  it("is zero for zero requests", () => {
    assert.equal(together({ requests: 0, milliseconds: 20, memoryMegabytes: 512, ...quiet }), 0);
  });

  it("rounds durations up to the next millisecond", () => {
    const usage = (milliseconds: number) => ({
      requests: 1e6,
      milliseconds,
      memoryMegabytes: 1024,
      ...quiet,
    });
    assert.equal(priceOf("Lambda, duration", usage(20.1)), priceOf("Lambda, duration", usage(21)));
  });

  it("uses the lower price beyond 300 million requests", () => {
    const usage = { requests: 301e6, milliseconds: 1, memoryMegabytes: 128, ...quiet };
    assert.equal(priceOf("API Gateway, requests", usage).toFixed(2), "300.90");
  });

  it("counts a large response as several requests to the gateway", () => {
    const usage = {
      requests: 1e6,
      milliseconds: 1,
      memoryMegabytes: 128,
      ...warm,
      logBytes: 0,
      responseBytes: 513 * 1024,
    };
    assert.equal(priceOf("API Gateway, requests", usage).toFixed(2), "2.00");
  });

  it("counts logs and transfer by the gigabyte", () => {
    const usage = {
      requests: 1024 ** 2,
      milliseconds: 1,
      memoryMegabytes: 128,
      ...warm,
      logBytes: 1024,
      responseBytes: 1024,
    };
    assert.equal(priceOf("CloudWatch Logs", usage), 0.5);
    assert.equal(priceOf("Data transfer out", usage), 0.09);
  });

  it("refuses options that are not numbers", () => {
    assert.deepEqual(readUsage(["--requests", "1e6", "--ms", "20", "--memory", "512"], sizes), {
      requests: 1e6,
      milliseconds: 20,
      memoryMegabytes: 512,
      coldPercent: 1,
      initMilliseconds: 200,
      logBytes: 1200,
      responseBytes: 1000,
      metrics: 0,
      hasDomain: false,
      instances: 1,
      compares: false,
      isMeasured: false,
    });
    assert.throws(
      () => readUsage(["--ms", "fast"], sizes),
      new Error('--ms is "fast"; use a number from 0 to 29000, for example --ms 20.'),
    );
    assert.throws(
      () => readUsage(["--memory", "512.5"], sizes),
      new Error('--memory is "512.5"; use a whole number from 128 to 10240, for example --memory 512.'),
    );
    assert.throws(
      () => readUsage(["--milliseconds", "20"], sizes),
      /^Error: Cannot read "--milliseconds 20"; use --requests, --ms, --memory/,
    );
  });

  for (const [name, ...values] of [
    ["requests", "-1", "0.5", "1e13", "", "Infinity"],
    ["ms", "-1", "29001", "40000", " "],
    ["memory", "100", "127", "512.5", "10241", "99999999"],
    ["cold-percent", "-1", "101"],
    ["init-ms", "-1", "10001"],
    ["log-bytes", "-1", "NaN"],
    ["response-bytes", "-1", "6291457"],
    ["metrics", "-1", "1.5"],
    ["instances", "0", "1.5", "-1"],
  ] as const)
    it(`refuses impossible values of --${name}`, () => {
      for (const value of values)
        assert.throws(
          () => readUsage(["--compare", `--${name}=${value}`], sizes),
          new RegExp(`^Error: --${name} is "${value}"; use a (whole )?number from \\d+ to \\d+, for example`),
        );
    });

  it("refuses --instances without --compare, which would have no effect", () => {
    assert.throws(
      () => readUsage(["--instances", "2"], sizes),
      /^Error: --instances has no effect without --compare/,
    );
    assert.equal(readUsage(["--instances", "2", "--compare"], sizes).instances, 2);
  });

  it("is by default for the measured work in the memory that a stage has by default", () => {
    const { memoryMegabytes, milliseconds } = readUsage([], sizes);
    assert.equal(memoryMegabytes, 512);
    assert.equal(milliseconds.toFixed(3), (0.04 * (1769 / 512)).toFixed(3));
    assert.equal(
      readUsage(["--memory", "1024"], sizes).milliseconds.toFixed(3),
      (0.04 * (1769 / 1024)).toFixed(3),
    );
    assert.equal(readUsage(["--ms", "7"], sizes).milliseconds, 7);
  });

  it("assumes one whole vCPU at 1769 MB and above, and no more", () => {
    assert.equal(measuredMilliseconds(size(1769, 40, 0)), 0.04);
    assert.equal(measuredMilliseconds(size(10_240, 40, 0)), 0.04);
  });

  it("keeps a quarter of the memory free", () => {
    assert.deepEqual([holds(size(128, 1, 96)), holds(size(128, 1, 97))], [true, false]);
  });

  it("uses the last benchmark", () => {
    const measured = readMeasuredSizes();
    assert.deepEqual(
      measured.map(({ memoryMegabytes }) => memoryMegabytes),
      [128, 256, 512, 1024],
    );
    for (const each of measured) assert.ok(measuredMilliseconds(each) > 0);
  });

  it("is shown item by item, with the total", () => {
    const usage = readUsage(["--ms", "20", "--memory", "512"], sizes);
    const table = costTable(monthlyCost(usage), usage);
    assert.match(table, /^API Gateway, requests +\$1\.00 +\$1\.00$/m);
    assert.match(table, /^Total +\$1\.99 +\$1\.00$/m);
    assert.doesNotMatch(table, /benchmark/);
  });

  it("says if it uses measured figures", () => {
    const usage = readUsage(["--memory", "512"], sizes);
    assert.match(
      costTable(monthlyCost(usage), usage),
      /^The estimate assumes 0\.1 ms per request with 512 MB, .* benchmark\.$/m,
    );
  });

  it("includes cold starts, which Lambda bills since August 2025", () => {
    const usage = { requests: 1e6, milliseconds: 20, memoryMegabytes: 1024, ...quiet };
    const cold = { ...usage, coldPercent: 2, initMilliseconds: 500 };
    const seconds = (priceOf("Lambda, duration", cold) - priceOf("Lambda, duration", usage)) / 0.0000133334;
    assert.equal(Math.round(seconds), 1e6 * 0.02 * 0.5);
  });

  it("uses the lower price beyond ten terabytes, and takes the free tier off the highest price", () => {
    const { transferGigabyte } = PRICES;
    assert.equal(priceOfAmount(transferGigabyte, 10_240).toFixed(2), "921.60");
    assert.equal(priceOfAmount(transferGigabyte, 10_241).toFixed(3), "921.685");
    assert.equal(priceOfAmount(transferGigabyte, 10_241, true).toFixed(3), "912.685");
    assert.equal(priceOfAmount(transferGigabyte, 99, true), 0);
  });

  it("uses tiered prices for the logs of AWS's services, and the full price for a container's", () => {
    const chatty = { requests: 1e9, milliseconds: 20, memoryMegabytes: 512, ...quiet, logBytes: 60 * 1024 };
    const logs = (architecture: Architecture) =>
      monthlyCost(chatty, architecture).find(({ item }) => item === "CloudWatch Logs")?.dollars ?? 0;
    const gigabytes = (1e9 * 60) / 1024 ** 2;
    const tiered = 10_240 * 0.5 + 20_480 * 0.25 + 20_480 * 0.1 + (gigabytes - 51_200) * 0.05;
    assert.equal(logs("lambda").toFixed(2), tiered.toFixed(2));
    assert.equal(logs("fargate").toFixed(2), (gigabytes * 0.5).toFixed(2));
  });

  it("has prices with rising tiers and a page at AWS as the source", () => {
    assert.match(PRICES_OF, /^\d{4}-\d\d-\d\d$/);
    for (const { tiers, source } of Object.values<Price>(PRICES)) {
      assert.match(source, /^https:\/\/aws\.amazon\.com\/.*\/$/);
      assert.deepEqual(
        tiers.map(({ upTo }) => upTo),
        tiers.map(({ upTo }) => upTo).toSorted((a, b) => a - b),
      );
      assert.equal(tiers.at(-1)?.upTo, Number.POSITIVE_INFINITY);
    }
  });

  it("includes hourly prices for provisioned instances, and for Fargate with its load balancer and addresses", () => {
    const idle = { requests: 0, milliseconds: 20, memoryMegabytes: 512, ...quiet, instances: 2 };
    const sum = (architecture: Architecture) =>
      monthlyCost(idle, architecture).reduce((total, { dollars }) => total + dollars, 0);
    assert.equal(sum("provisioned").toFixed(2), (2 * 730 * 3600 * 0.5 * 0.0000033334).toFixed(2));
    const hour = 2 * (0.25 * 0.03238 + 0.5 * 0.00356) + 0.0225 + 4 * 0.005;
    assert.equal(sum("fargate").toFixed(2), (730 * hour).toFixed(2));
  });

  it("names the load at which another architecture becomes cheaper, or says that it never does", () => {
    const usage = { requests: 1e6, milliseconds: 20, memoryMegabytes: 512, ...quiet };
    for (const other of ["provisioned", "fargate"] as const) {
      const requests = overtakes(usage, other) ?? Number.NaN;
      const sum = (count: number, architecture: Architecture) =>
        monthlyCost({ ...usage, requests: count }, architecture).reduce(
          (total, { dollars }) => total + dollars,
          0,
        );
      assert.ok(sum(requests, other) < sum(requests, "lambda"), other);
      assert.ok(sum(requests - 1, other) >= sum(requests - 1, "lambda"), other);
    }
    assert.equal(overtakes({ ...usage, milliseconds: 0 }, "provisioned"), undefined);
    assert.match(
      comparisonTable({ ...usage, milliseconds: 0 }),
      /^Provisioned concurrency is never cheaper than on demand\.$/m,
    );
  });
});

describe("docs/cost.md", () => {
  const page = readFileSync(new URL("../../../docs/cost.md", import.meta.url), "utf8");
  const loads = page.split("\n## ").filter((section) => section.includes("| Item | Calculation |"));

  it("calculates three loads", () => assert.equal(loads.length, 3));

  for (const load of loads) {
    const [, command = ""] = /npm run cost -- (.*)/.exec(load) ?? [];
    it(`agrees line by line with npm run cost -- ${command}, to the cent`, () => {
      const items = monthlyCost(readUsage(command.split(" "), sizes));
      const rows = [...load.matchAll(/^\| (.+?) \| ([\d.,×/+− ]+) \| ([\d.]+) \|$/gm)];
      assert.deepEqual(
        rows.map(([, item, , dollars]) => [item, dollars]),
        items.map(({ item, dollars }) => [item, dollars.toFixed(2)]),
      );
      for (const [row, , calculation = "", dollars] of rows)
        assert.equal(calculated(calculation).toFixed(2), dollars, row);
    });
  }
});

/** Evaluates sums of products, from left to right. */
function calculated(text: string): number {
  const product = (factors: string) =>
    [...`× ${factors}`.matchAll(/([×/]) ([\d.]+)/g)].reduce(
      (value, [, sign, factor]) => (sign === "×" ? value * Number(factor) : value / Number(factor)),
      1,
    );
  return [...`+ ${text.replaceAll(",", "")}`.matchAll(/([+−]) ([^+−]+)/g)].reduce(
    (value, [, sign, factors = ""]) => value + (sign === "+" ? 1 : -1) * product(factors),
    0,
  );
}
