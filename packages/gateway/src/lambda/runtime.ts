// What Lambda's Node.js runtime does around a handler: parse the event, await the handler, serialise its
// result.

import { limits } from "../limits.ts";
import type { Handler, LambdaContext, Outcome } from "./lambda-function.ts";

export async function runHandler(
  handler: Handler<unknown, unknown>,
  payload: string,
  context: LambdaContext,
): Promise<Outcome> {
  try {
    const result = await handler(JSON.parse(payload), context);
    return serialise(result);
  } catch (error) {
    return describeFailure(error);
  }
}

export function describeFailure(error: unknown): Outcome {
  if (!(error instanceof Error)) {
    return { outcome: "failed", errorType: typeof error, errorMessage: String(error) };
  }
  const stackTrace = (error.stack ?? "").split("\n");
  return { outcome: "failed", errorType: error.name, errorMessage: error.message, stackTrace };
}

export function taskTimedOut(timeoutSeconds: number): Outcome {
  const errorMessage = `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
  return { outcome: "failed", errorType: "Sandbox.Timedout", errorMessage };
}

function serialise(result: unknown): Outcome {
  const payload = stringify(result);
  if (payload === undefined) {
    const errorMessage = "Unable to stringify response body";
    return { outcome: "failed", errorType: "Runtime.MarshalError", errorMessage };
  }
  if (Buffer.byteLength(payload) > limits.invocationPayloadBytes) {
    const errorMessage = `Response payload size exceeded maximum allowed payload size (${limits.invocationPayloadBytes} bytes).`;
    return { outcome: "failed", errorType: "Function.ResponseSizeTooLarge", errorMessage };
  }
  return { outcome: "returned", payload };
}

/** A handler that returns nothing returns null; functions and symbols count as nothing too. */
function stringify(result: unknown): string | undefined {
  try {
    return JSON.stringify(result) ?? "null";
  } catch {
    return undefined;
  }
}
