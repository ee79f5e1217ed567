import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { pageOf, table, tablesOf } from "./page.ts";
import { type Results, writtenAs } from "./results.ts";
import { type Summary, summarise } from "./statistics.ts";
import { judge } from "./targets.ts";

const around = (median: number): Summary => summarise([median * 0.9, median, median * 1.2]);

function results(): Results {
  const cold = (
    candidate: Results["cold"][number]["candidate"],
    milliseconds: number,
    kilobytes: number,
  ) => ({
    candidate,
    milliseconds: around(milliseconds),
    importMilliseconds: around(milliseconds * 0.8),
    cpuMilliseconds: around(milliseconds),
    rssMegabytes: around(60),
    loadedKilobytes: kilobytes,
    loadedFiles: 2,
  });
  const warm = (
    candidate: Results["warm"][number]["candidate"],
    microseconds: number,
    megabytes: number,
  ) => ({
    candidate,
    microseconds: around(microseconds),
    cpuMicroseconds: around(microseconds),
    heapMegabytes: around(megabytes),
    rssMegabytes: around(megabytes * 15),
  });
  const server = (name: Results["container"][number]["server"], requests: number, capacity: number) => ({
    server: name,
    requestsPerSecond: around(requests),
    capacityPerSecond: around(capacity),
    processorShare: around(1),
    p99Milliseconds: around(3),
  });
  const grown = (
    candidate: Results["coldGrowth"][number]["candidate"],
    milliseconds: number,
    request: Results["coldGrowth"][number]["request"] = "health",
  ) => ({ candidate, request, milliseconds: around(milliseconds), cpuMilliseconds: around(milliseconds) });
  return {
    date: "2026-01-02",
    commit: "0123456789ab",
    machine: {
      processor: "A processor",
      cores: 2,
      memoryGigabytes: 8,
      system: "linux 6.1 x64",
      node: "v24.21.0",
      isPinned: true,
    },
    versions: { node: "24.21.0" },
    isRoomForTwoWorkers: false,
    cold: [
      { ...cold("express", 50, 850), request: "health" },
      { ...cold("hono", 40, 30), request: "health" },
      { ...cold("product", 10, 170), request: "health" },
      { ...cold("product", 12.5, 170), request: "whoAmI" },
      { ...cold("product-without-cache", 20, 170), request: "health" },
      { ...cold("product-without-cache", 17.5, 170), request: "whoAmI" },
    ],
    warm: [
      { ...warm("express", 50, 8), request: "health" },
      { ...warm("hono", 25, 8), request: "health" },
      { ...warm("product", 30, 8), request: "health" },
      { ...warm("product", 45, 9), request: "whoAmI" },
    ],
    memory: [
      {
        memoryMegabytes: 128,
        cpuMicroseconds: around(50),
        heapMegabytes: around(8),
        rssMegabytes: around(100),
      },
    ],
    coldGrowth: [
      grown("express", 50),
      grown("express-500", 200),
      grown("product", 10),
      grown("product-500", 11.5),
      grown("product", 12, "whoAmI"),
      grown("product-500", 15, "whoAmI"),
      grown("product-without-cache", 20),
      grown("product-without-cache-500", 22),
      grown("product-without-cache", 22, "whoAmI"),
      grown("product-without-cache-500", 22, "whoAmI"),
      grown("product-10", 10),
      grown("product-10-with-sdks", 10),
    ],
    warmGrowth: [grown("product-10", 0.05, "thing"), grown("product-500", 0.05, "thing")],
    start: [
      { server: "express", milliseconds: around(100), cpuMilliseconds: around(100) },
      { server: "product", milliseconds: around(80), cpuMilliseconds: around(80) },
    ],
    container: [
      server("express", 20_000, 21_000),
      server("product", 19_000, 21_000),
      server("product-two-workers", 25_000, 38_000),
      server("product-sharing", 12_500, 20_000),
    ],
  };
}

const verdict = (judged: Results, what: RegExp) => {
  const found = judge(judged).filter((target) => what.test(target.what));
  assert.equal(found.length, 1);
  const [target] = found;
  return [target?.ratio, target?.isMet];
};

describe("the page of a run", () => {
  it("compares medians with Express and with Hono", () => {
    const row = tablesOf(results())
      .cold.split("\n")
      .find((line) => line.includes("this API, all features: `GET /v1/manage/hc`"));
    assert.match(row ?? "", /\| +10\.0 \(9\.5–11\.0\) \| .*\| +0\.20 \| +0\.25 \| +3 \|$/);
  });

  it("says whether each target is met, the limit itself included", () => {
    assert.deepEqual(verdict(results(), /^Cold, `GET \/v1\/manage\/hc`, with its.* Express$/), [0.2, true]);
    assert.deepEqual(verdict(results(), /^Cold, `GET \/v1\/users\/whoami`, with its.* Express$/), [
      0.25,
      true,
    ]);
    assert.deepEqual(verdict(results(), /^Cold, `GET \/v1\/manage\/hc`, without its.* against Express$/), [
      0.4,
      false,
    ]);
    assert.deepEqual(verdict(results(), /^Memory of the process after many `GET \/v1\/users\/whoami`/), [
      9 / 8,
      false,
    ]);
    assert.deepEqual(verdict(results(), /^Container, requests per second of `GET/), [0.95, false]);
    assert.deepEqual(verdict(results(), /hc`, with its.* with 500 more endpoints, against the same API/), [
      1.15,
      true,
    ]);
    assert.deepEqual(
      verdict(results(), /whoami`, with its.* with 500 more endpoints, against the same API/),
      [1.25, false],
    );
    assert.deepEqual(verdict(results(), /process start/), [0.8, false]);
    assert.match(tablesOf(results()).targets, /0\.40 \| at most 0\.35 \| \*\*not met\*\* \|/);
  });

  it("does not call a target met if only the clock meets it, because the machine was busy", () => {
    const given = results();
    const container = given.container.map((row) =>
      row.server === "express" ? { ...row, requestsPerSecond: around(5_000) } : row,
    );
    assert.deepEqual(verdict({ ...given, container }, /^Container, requests per second of `GET/), [
      3.8,
      true,
    ]);
    const starved = container.map((row) =>
      row.server === "product" ? { ...row, capacityPerSecond: around(10_000) } : row,
    );
    assert.deepEqual(verdict({ ...given, container: starved }, /^Container, requests per second of `GET/), [
      3.8,
      false,
    ]);
  });

  it("compares two workers that share their processors with the callers with one that does too", () => {
    assert.deepEqual(verdict(results(), /two workers/), [2, true]);
    assert.deepEqual(verdict({ ...results(), isRoomForTwoWorkers: true }, /two workers/), [25 / 19, false]);
  });

  it("has table lines of equal width, for terminals", () => {
    const lines = table(
      ["", "A"],
      [
        ["long name", "1"],
        ["x", "1000"],
      ],
    ).split("\n");
    assert.deepEqual(lines, [
      "|           |    A |",
      "| --------- | ---: |",
      "| long name |    1 |",
      "| x         | 1000 |",
    ]);
  });

  it("matches the published page, made from the published numbers", () => {
    const docs = new URL("../../docs/", import.meta.url);
    const read = (name: string) => readFileSync(new URL(name, docs), "utf8");
    const numbers = read("benchmarks.json");
    assert.equal(read("benchmarks.md"), pageOf(JSON.parse(numbers)));
    assert.equal(writtenAs(JSON.parse(numbers)), numbers);
  });
});
