// Runs a handler in this very process: for tests, where starting a worker would cost more than it shows.
// One module state serves all events, several at a time, and a crash is yours: runInWorkers is what Lambda does.

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

/** The handler goes on when its time is over, since nothing can stop it in this process. */
async function withTimeout(running: Promise<Outcome>, timeoutSeconds: number): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const timer = setTimeout(() => resolve(taskTimedOut(timeoutSeconds)), timeoutSeconds * 1000);
  try {
    return await Promise.race([running, promise]);
  } finally {
    clearTimeout(timer);
  }
}
