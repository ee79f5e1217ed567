// Runs a handler in this process: for tests, where starting a worker would take too long. All events share
// one module state, several at a time, and a crash ends the process: runInWorkers behaves like Lambda.

import { randomUUID } from "node:crypto";
import { createContext, type Handler, type LambdaFunction, type Outcome } from "./lambda-function.ts";
import { runHandler, taskTimedOut } from "./runtime.ts";

export interface InProcessOptions {
  functionName?: string;
  memorySize?: number;
  timeoutSeconds?: number;
}

export function runInProcess<Event, Context>(
  handler: Handler<Event, Context>,
  options: InProcessOptions = {},
): LambdaFunction {
  const { functionName = "local", memorySize = 1024, timeoutSeconds = 29 } = options;
  const identity = { functionName, memorySize, logStreamName: "in-process" };
  let isColdStart = true;

  return {
    async invoke(payload) {
      const requestId = randomUUID();
      const startedAt = performance.now();
      const wasColdStart = isColdStart;
      isColdStart = false;
      const context = createContext(identity, { requestId, deadline: Date.now() + timeoutSeconds * 1000 });
      const outcome = await withTimeout(
        runHandler(handler as Handler<unknown, unknown>, payload, context),
        timeoutSeconds,
      );
      return {
        ...outcome,
        requestId,
        isColdStart: wasColdStart,
        durationMilliseconds: performance.now() - startedAt,
      };
    },
    async close() {},
  };
}

/** The handler keeps running after its time-out, because nothing can stop it in this process. */
async function withTimeout(running: Promise<Outcome>, timeoutSeconds: number): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const timer = setTimeout(() => resolve(taskTimedOut(timeoutSeconds)), timeoutSeconds * 1000);
  try {
    return await Promise.race([running, promise]);
  } finally {
    clearTimeout(timer);
  }
}
