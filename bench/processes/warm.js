/**
 * Many invocations of one handler in sequence, as Lambda sends them. In between, the event loop turns once,
 * as in Lambda: serverless-http releases a request only then. Each gets a new event, parsed from text.
 *
 * `node --expose-gc warm.js <entry> <event> <warm-ups> <invocations> <events that come first, once each>`
 * writes `{ microseconds, cpuMicroseconds, heapBytes, rssBytes, answer }` to fd 3, the first two per
 * invocation.
 */
import { createContext, lambdaRuntime, tell } from "./lambda.js";

lambdaRuntime();
const [entry, event, warmUps, invocations, first = "[]"] = process.argv.slice(2);
const { handler } = await import(entry);

async function invoke(count) {
  let answer;
  for (let index = 0; index < count; index++) {
    answer = await handler(JSON.parse(event), createContext());
    await new Promise(setImmediate);
  }
  return answer;
}

for (const event of JSON.parse(first)) await handler(event, createContext());
await invoke(Number(warmUps));
const cpuBefore = process.cpuUsage();
const before = process.hrtime();
const answer = await invoke(Number(invocations));
const [seconds, nanoseconds] = process.hrtime(before);
const cpu = process.cpuUsage(cpuBefore);
const { rss } = process.memoryUsage();
globalThis.gc();

tell({
  microseconds: (seconds * 1e6 + nanoseconds / 1e3) / Number(invocations),
  cpuMicroseconds: (cpu.user + cpu.system) / Number(invocations),
  heapBytes: process.memoryUsage().heapUsed,
  rssBytes: rss,
  answer,
});
