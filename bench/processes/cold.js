/**
 * One cold start: imports a handler and lets it answer one event. Plain JavaScript without imports, because
 * the handler under test would get everything for free that this process loads before the clock starts.
 *
 * `node cold.js <entry> <event>` writes `{ milliseconds, importMilliseconds, cpuMilliseconds, rssBytes,
 * answer }` to fd 3.
 */
import { createContext, lambdaRuntime, tell } from "./lambda.js";

lambdaRuntime();
const [entry, event] = process.argv.slice(2);
const parsed = JSON.parse(event);

const cpuBefore = process.cpuUsage();
const before = process.hrtime();
const { handler } = await import(entry);
const importing = process.hrtime(before);
const answer = await handler(parsed, createContext());
const elapsed = process.hrtime(before);
const cpu = process.cpuUsage(cpuBefore);
const { rss } = process.memoryUsage();

const milliseconds = ([seconds, nanoseconds]) => seconds * 1e3 + nanoseconds / 1e6;
tell({
  milliseconds: milliseconds(elapsed),
  importMilliseconds: milliseconds(importing),
  cpuMilliseconds: (cpu.user + cpu.system) / 1e3,
  rssBytes: rss,
  answer,
});
