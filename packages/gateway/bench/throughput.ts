// Measures the gateway against a bare node:http server with the same handler, and prints a table. Rounds are
// interleaved, so that other load on the machine affects all of them alike.
//
//   node packages/gateway/bench/throughput.ts [--quick]

import { fork } from "node:child_process";
import { Agent, request } from "node:http";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Targets } from "./targets.ts";

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
const rounds = values.quick ? 2 : 7;
const requestsEachRound = values.quick ? 1_000 : 5_000;
const [firstMemory, secondMemory] = values.quick ? [1_000, 10_000] : [10_000, 100_000];
const connections = 16;
const starts = 5;

const file = fileURLToPath(new URL("./targets.ts", import.meta.url));

async function startTargets() {
  const child = fork(file, { execArgv: ["--expose-gc"] });
  const answer = <Message>() =>
    new Promise<Message>((resolve) => child.once("message", (message) => resolve(message as Message)));
  const targets = await answer<Targets>();
  return {
    ...targets,
    async memory() {
      const answered = answer<{ heapUsed: number; rss: number }>();
      child.send("memory");
      return answered;
    },
    stop: () => child.kill(),
  };
}

interface Load {
  requestsPerSecond: number;
  latencies: number[];
}

async function load(url: string, token: string, count: number): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latencies: number[] = [];
  let left = count;
  const client = async () => {
    while (left > 0) {
      left -= 1;
      const sentAt = performance.now();
      await get(`${url}/v1/orders/7?expand=lines`, token, agent);
      latencies.push(performance.now() - sentAt);
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: connections }, client));
  const seconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  return { requestsPerSecond: count / seconds, latencies };
}

function get(url: string, token: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { agent, timeout: 10_000, headers: { authorization: `Bearer ${token}` } },
      (incoming) => {
        if (incoming.statusCode !== 200) reject(new Error(`${url} answered ${incoming.statusCode}`));
        incoming.resume().on("end", resolve);
      },
    );
    outgoing.on("timeout", () => outgoing.destroy(new Error(`${url} did not answer in 10 s`)));
    outgoing.on("error", reject).end();
  });
}

function quantile(numbers: number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const startTimes: number[] = [];
for (let index = 0; index < starts; index += 1) {
  const started = await startTargets();
  startTimes.push(started.startMilliseconds);
  started.stop();
}

const { urls, token, stop } = await startTargets();
const measured = (["bare", "open", "guarded", "inspected"] as const).map((name) => ({
  name,
  rounds: [] as Load[],
}));
for (const { name } of measured) await load(urls[name], token, requestsEachRound);
for (let round = 0; round < rounds; round += 1) {
  for (const { name, rounds: done } of measured) done.push(await load(urls[name], token, requestsEachRound));
}

const rows = measured.map(({ name, rounds: done }) => ({
  name,
  requestsPerSecond: quantile(
    done.map(({ requestsPerSecond }) => requestsPerSecond),
    0.5,
  ),
  p50: quantile(
    done.flatMap(({ latencies }) => latencies),
    0.5,
  ),
  p99: quantile(
    done.flatMap(({ latencies }) => latencies),
    0.99,
  ),
}));
const [bare] = rows;
const labels = {
  bare: "bare node:http server",
  open: "gateway, authorizer off",
  guarded: "gateway, authorizer on",
  inspected: "gateway, authorizer and inspector on",
};
console.table(
  Object.fromEntries(
    rows.map(({ name, requestsPerSecond, p50, p99 }) => [
      labels[name],
      {
        "requests/s": Math.round(requestsPerSecond),
        "ratio to bare": Number((requestsPerSecond / (bare?.requestsPerSecond ?? 1)).toFixed(2)),
        "p50 ms": Number(p50.toFixed(2)),
        "p99 ms": Number(p99.toFixed(2)),
        "p99 to bare": Number((p99 / (bare?.p99 ?? 1)).toFixed(2)),
      },
    ]),
  ),
);
stop();

const megabytes = (bytes: number) => Number((bytes / 1024 / 1024).toFixed(1));
const memoryRows: [string, object][] = [];
for (const name of ["bare", "guarded", "inspected"] as const) {
  const fresh = await startTargets();
  await load(fresh.urls[name], fresh.token, firstMemory);
  const first = await fresh.memory();
  await load(fresh.urls[name], fresh.token, secondMemory - firstMemory);
  const second = await fresh.memory();
  fresh.stop();
  memoryRows.push([
    labels[name],
    {
      [`heap MB at ${firstMemory}`]: megabytes(first.heapUsed),
      [`at ${secondMemory}`]: megabytes(second.heapUsed),
      "heap ratio": Number((second.heapUsed / first.heapUsed).toFixed(2)),
      [`rss MB at ${firstMemory}`]: megabytes(first.rss),
      [`rss at ${secondMemory}`]: megabytes(second.rss),
      "rss ratio": Number((second.rss / first.rss).toFixed(2)),
    },
  ]);
}
console.table(Object.fromEntries(memoryRows));
console.log(`Start, import to listening: median ${quantile(startTimes, 0.5).toFixed(0)} ms of ${starts}.`);
