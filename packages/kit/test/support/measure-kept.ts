/**
 * Run in a separate process with `--expose-gc`: answers the event of its second argument many times with the
 * function that was built into the folder of its first, collects young and unused objects, as V8 does all the
 * time, and prints how many bytes per request remain.
 */
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { LambdaHandler } from "../../src/lambda/create-handler.ts";
import { lambdaContext } from "../../src/testing/payload-event.ts";

const [folder = "", event = "{}"] = process.argv.slice(2);
const { handler }: { handler: LambdaHandler } = await import(join(folder, "bundle.mjs"));

async function answer(requests: number): Promise<number> {
  for (let count = 0; count < requests; count++) {
    await handler(JSON.parse(event), lambdaContext());
    await nextTurn();
  }
  // Twice, because what survives one collection is still young.
  for (let count = 0; count < 2; count++) globalThis.gc?.({ type: "minor" });
  return process.memoryUsage().heapUsed;
}

const REQUESTS = 1000;
const before = await answer(REQUESTS);
const after = await answer(REQUESTS);
process.stdout.write(`\n${(after - before) / REQUESTS}\n`);
