/**
 * Warm-up pings: an event that keeps instances alive and never enters the app. A ping with `concurrency: n`
 * calls the function n - 1 times more. Each call holds its instance for a moment, so that n instances are
 * busy at once.
 */
import type { Log } from "../log.ts";
import type { InvocationContext } from "./event-adapter.ts";

export interface WarmerEvent {
  readonly warmer: true;
  /** How many instances to keep warm; default 1. */
  readonly concurrency?: number;
  readonly __WARMER_INVOCATION__?: number;
  readonly __WARMER_CONCURRENCY__?: number;
  readonly __WARMER_CORRELATION_ID__?: string;
}

export interface WarmerAnswer {
  readonly warmed: number;
}

/** Invokes the function with this ARN, without waiting for its response. */
export type Invoke = (functionArn: string, event: WarmerEvent) => Promise<void>;

const MAX_CONCURRENCY = 100;
/** Otherwise one instance might answer all pings one after another. */
const HOLD_MILLISECONDS = 75;

/**
 * Responds to a ping.
 *
 * @returns how many instances this ping asked for. A failed call is logged; a ping never fails.
 */
export async function warm(
  event: WarmerEvent,
  context: Pick<InvocationContext, "awsRequestId" | "invokedFunctionArn">,
  log: Log,
  invoke: Invoke = invokeFunction,
): Promise<WarmerAnswer> {
  const concurrency = Math.min(MAX_CONCURRENCY, Math.max(1, Math.trunc(Number(event.concurrency) || 1)));
  const invocation = event.__WARMER_INVOCATION__ ?? 1;
  const total = event.__WARMER_CONCURRENCY__ ?? concurrency;
  const correlationId = event.__WARMER_CORRELATION_ID__ ?? context.awsRequestId;
  log.info("warmer", { correlationId, invocation, concurrency: total });

  if (concurrency > 1) {
    const pings = Array.from({ length: concurrency - 1 }, (_, index) =>
      invoke(context.invokedFunctionArn, {
        warmer: true,
        __WARMER_INVOCATION__: index + 2,
        __WARMER_CONCURRENCY__: concurrency,
        __WARMER_CORRELATION_ID__: correlationId,
      }),
    );
    for (const result of await Promise.allSettled(pings)) {
      if (result.status === "rejected")
        log.warn("warm-up call failed", { correlationId, error: result.reason });
    }
  }
  if (total > 1) await new Promise((resolve) => setTimeout(resolve, HOLD_MILLISECONDS));
  return { warmed: concurrency };
}

/**
 * Shared by all pings of an instance. The AWS SDK is loaded on demand: only a ping that fans out needs it.
 */
let connected: Promise<Invoke> | undefined;

const invokeFunction: Invoke = async (functionArn, event) => {
  connected ??= connect();
  const invoke = await connected;
  return invoke(functionArn, event);
};

async function connect(): Promise<Invoke> {
  const { InvokeCommand, LambdaClient } = await import("@aws-sdk/client-lambda");
  const client = new LambdaClient();
  return async (FunctionName, event) => {
    const Payload = JSON.stringify(event);
    await client.send(new InvokeCommand({ FunctionName, InvocationType: "Event", Payload }));
  };
}
