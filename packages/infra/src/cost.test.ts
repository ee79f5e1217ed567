import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { costTable, monthlyCost, readUsage, type Usage } from "./cost.ts";

const quiet = { logBytes: 0, answerBytes: 0 };
const priceOf = (item: string, usage: Usage) =>
  monthlyCost(usage).find((candidate) => candidate.item === item)?.dollars ?? Number.NaN;
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
    assert.deepEqual(readUsage(["--requests", "1e6", "--ms", "20", "--memory", "512"]), {
      requests: 1e6,
      milliseconds: 20,
      memoryMegabytes: 512,
      logBytes: 1200,
      answerBytes: 1000,
    });
    assert.throws(
      () => readUsage(["--ms", "fast"]),
      new Error('--ms is "fast"; write a number, e.g. --ms 20.'),
    );
    assert.throws(() => readUsage(["--milliseconds", "20"]), /the options are --requests, --ms, --memory/);
  });

  it("is shown item by item, with the sum", () => {
    const table = costTable(monthlyCost(readUsage([])));
    assert.match(table, /^API Gateway, requests +\$1\.00 +\$1\.00$/m);
    assert.match(table, /^Together +\$1\.98 +\$1\.00$/m);
  });
});
