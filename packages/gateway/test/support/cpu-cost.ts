// How CPU time grows with an input, independent of other load on the machine.

import assert from "node:assert/strict";

/** Work on an input that was made before, so that only the work is measured. */
export type Work = () => unknown;

/** Between the 4 of linear work and the 16 of quadratic work, with room for caches and garbage collection. */
const mostGrowth = 8;

// Noise only adds, so the cheapest run counts, and a busy machine gets more runs.
const fewestRuns = 2;
const mostRuns = 12;
const enoughMicroseconds = 500;

/** Fails the test if four times the input costs eight times the CPU time or more. */
export function assertLinear(name: string, n: number, workOf: (n: number) => Work): void {
  const small = workOf(n);
  const large = workOf(4 * n);
  const times = timesFor(small);
  let [cheapestSmall, cheapestLarge] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let run = 1; run <= mostRuns; run += 1) {
    cheapestSmall = Math.min(cheapestSmall, cost(small, times));
    cheapestLarge = Math.min(cheapestLarge, cost(large, times));
    if (run >= fewestRuns && cheapestLarge < mostGrowth * cheapestSmall) return;
  }
  const growth = (cheapestLarge / cheapestSmall).toFixed(1);
  assert.fail(`${name}: 4 times the input cost ${growth} times the CPU time`);
}

/** How many repetitions the clock can measure; also warms the code up. */
function timesFor(work: Work): number {
  for (let times = 1; ; times *= 2) {
    if (cost(work, times) >= enoughMicroseconds) return times;
  }
}

function cost(work: Work, times: number): number {
  const before = process.cpuUsage();
  for (let time = 0; time < times; time += 1) work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
