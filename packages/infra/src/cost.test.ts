import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  cheapestSize,
  costTable,
  holds,
  type MeasuredSize,
  measuredMilliseconds,
  monthlyCost,
  readMeasuredSizes,
  readUsage,
  type Usage,
} from "./cost.ts";

const quiet = { logBytes: 0, answerBytes: 0 };
const priceOf = (item: string, usage: Usage) =>
  monthlyCost(usage).find((candidate) => candidate.item === item)?.dollars ?? Number.NaN;
const size = (memoryMegabytes: number, cpu: number, rss: number): MeasuredSize => ({
  memoryMegabytes,
  cpuMicroseconds: { median: cpu },
  rssMegabytes: { median: rss },
});
const sizes = [size(128, 60, 110), size(256, 50, 120), size(512, 40, 150), size(2048, 40, 200)];
const together = (usage: Usage) => monthlyCost(usage).reduce((sum, { dollars }) => sum + dollars, 0);

describe("what a month costs", () => {
  it("is $1.53 for a million requests of 100 ms in 256 MB, without logs and transfer", () => {
    const usage = { requests: 1e6, milliseconds: 100, memoryMegabytes: 256, ...quiet };
    assert.equal(together(usage).toFixed(2), "1.53");
    const toPay = monthlyCost(usage).reduce((sum, item) => sum + item.dollarsAfterFreeTier, 0);
    assert.equal(toPay.toFixed(2), "1.00", "only the gateway is left when Lambda's free part is taken off");
  });

  it("is nothing for nobody", () => {
    assert.equal(together({ requests: 0, milliseconds: 20, memoryMegabytes: 512, ...quiet }), 0);
  });

  it("bills each millisecond that has begun", () => {
    const usage = (milliseconds: number) => ({
      requests: 1e6,
      milliseconds,
      memoryMegabytes: 1024,
      ...quiet,
    });
    assert.equal(priceOf("Lambda, duration", usage(20.1)), priceOf("Lambda, duration", usage(21)));
  });

  it("is less for each request beyond 300 million", () => {
    const usage = { requests: 301e6, milliseconds: 1, memoryMegabytes: 128, ...quiet };
    assert.equal(priceOf("API Gateway, requests", usage).toFixed(2), "300.90");
  });

  it("counts a large answer as several requests to the gateway", () => {
    const usage = {
      requests: 1e6,
      milliseconds: 1,
      memoryMegabytes: 128,
      logBytes: 0,
      answerBytes: 513 * 1024,
    };
    assert.equal(priceOf("API Gateway, requests", usage).toFixed(2), "2.00");
  });

  it("counts logs and transfer by the gigabyte", () => {
    const usage = {
      requests: 1024 ** 2,
      milliseconds: 1,
      memoryMegabytes: 128,
      logBytes: 1024,
      answerBytes: 1024,
    };
    assert.equal(priceOf("CloudWatch Logs", usage), 0.5);
    assert.equal(priceOf("Data to callers", usage), 0.09);
  });

  it("is asked for in numbers", () => {
    assert.deepEqual(readUsage(["--requests", "1e6", "--ms", "20", "--memory", "512"], sizes), {
      requests: 1e6,
      milliseconds: 20,
      memoryMegabytes: 512,
      logBytes: 1200,
      answerBytes: 1000,
      isMeasured: false,
    });
    assert.throws(
      () => readUsage(["--ms", "fast"], sizes),
      new Error('--ms is "fast"; write a number, e.g. --ms 20.'),
    );
    assert.throws(
      () => readUsage(["--milliseconds", "20"], sizes),
      /the options are --requests, --ms, --memory/,
    );
  });

  it("is by default that of the API's own work in the cheapest size that holds it, as measured", () => {
    const { memoryMegabytes, milliseconds } = readUsage([], sizes);
    assert.equal(memoryMegabytes, 256);
    assert.equal(milliseconds.toFixed(3), (0.05 * (1769 / 256)).toFixed(3));
    assert.equal(
      readUsage(["--memory", "1024"], sizes).milliseconds.toFixed(3),
      (0.04 * (1769 / 1024)).toFixed(3),
    );
    assert.equal(readUsage(["--ms", "7"], sizes).milliseconds, 7);
  });

  it("takes a whole processor for granted from 1769 MB on, and no more", () => {
    assert.equal(measuredMilliseconds(size(1769, 40, 0)), 0.04);
    assert.equal(measuredMilliseconds(size(10_240, 40, 0)), 0.04);
  });

  it("leaves a quarter of the memory to others", () => {
    assert.deepEqual([holds(size(128, 1, 96)), holds(size(128, 1, 97))], [true, false]);
  });

  it("is least in the smallest size that holds the function, unless a larger one saves whole milliseconds", () => {
    assert.equal(cheapestSize([size(128, 10, 90), size(256, 10, 90)]).memoryMegabytes, 128);
    // 1.04 ms are billed as 2, and 0.52 ms as 1: the same price.
    assert.equal(cheapestSize([size(128, 75, 90), size(256, 75, 90)]).memoryMegabytes, 128);
    assert.equal(cheapestSize([size(128, 150, 90), size(256, 140, 90)]).memoryMegabytes, 256);
  });

  it("is fed by the last benchmark", () => {
    const measured = readMeasuredSizes();
    assert.deepEqual(
      measured.map(({ memoryMegabytes }) => memoryMegabytes),
      [128, 256, 512, 1024],
    );
    for (const each of measured) assert.ok(measuredMilliseconds(each) > 0);
  });

  it("is shown item by item, with the sum", () => {
    const usage = readUsage(["--ms", "20", "--memory", "512"], sizes);
    const table = costTable(monthlyCost(usage), usage);
    assert.match(table, /^API Gateway, requests +\$1\.00 +\$1\.00$/m);
    assert.match(table, /^Together +\$1\.98 +\$1\.00$/m);
    assert.doesNotMatch(table, /measured/);
  });

  it("says so where it stands on what was measured", () => {
    const usage = readUsage(["--memory", "512"], sizes);
    assert.match(costTable(monthlyCost(usage), usage), /^0\.1 ms a request in 512 MB: .* measured/m);
  });
});
