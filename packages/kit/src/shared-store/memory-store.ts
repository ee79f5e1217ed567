import type { RateLimiterMemory } from "rate-limiter-flexible";
import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import type { Claim, SharedStore } from "./shared-store.ts";

/**
 * Makes a store in the memory of the process, for an API that runs as one process, and for development and
 * tests. It logs a warning about that.
 *
 * @throws Error in production in Lambda and with several workers, where each process would have its own memory.
 * @example
 * const sharedStore = service({ create: memoryStore });
 */
export function memoryStore({
  config,
  log,
}: {
  readonly config: Pick<Config, "runtime" | "workers" | "environment">;
  readonly log: Log;
}): SharedStore {
  const isOneProcess = config.runtime === "CONTAINERIZED" && config.workers === 1;
  if (!isOneProcess && config.environment === "production") {
    throw new Error(
      "memoryStore() is for an API that runs as one process, and for development; use dynamoStore() in Lambda, and with several workers or containers",
    );
  }
  log.warn(
    "limits and idempotency keys are kept in the memory of this process: other processes count on their own",
  );
  return createMemoryStore();
}

const SWEEP_MILLISECONDS = 60_000;

/** The store of {@link memoryStore}, in any process. */
export function createMemoryStore(now: () => number = Date.now): SharedStore {
  const held = new Map<string, Claim & { answer: string | undefined; endsAt: number }>();
  /** By the name of their limits. */
  const counters = new Map<string, RateLimiterMemory>();
  let sweepAt = 0;

  /** Seldom, because it looks at each key. */
  function forgetEnded(): void {
    if (now() < sweepAt) return;
    sweepAt = now() + SWEEP_MILLISECONDS;
    for (const [key, { endsAt }] of held) if (endsAt <= now()) held.delete(key);
  }

  return {
    async limiterOf({ name, limit, windowSeconds }) {
      const { RateLimiterMemory, RateLimiterRes } = await import("rate-limiter-flexible");
      const counter =
        counters.get(name) ??
        new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: windowSeconds });
      counters.set(name, counter);
      return {
        async consume(key) {
          const { consumedPoints, msBeforeNext, isFirstInDuration } = await counter.consume(key);
          const left = Math.max(0, limit - consumedPoints);
          const result = new RateLimiterRes(left, msBeforeNext, consumedPoints, isFirstInDuration);
          if (consumedPoints > limit) throw result;
          return result;
        },
      };
    },
    async take(key, claim) {
      forgetEnded();
      const holder = held.get(key);
      if (holder && holder.endsAt > now()) return holder;
      held.set(key, { ...claim, answer: undefined, endsAt: claim.deadline });
      return undefined;
    },
    async keep(key, token, answer, expiresAt) {
      const holder = held.get(key);
      if (holder?.token !== token) return false;
      held.set(key, { ...holder, answer, endsAt: expiresAt });
      return true;
    },
    async release(key, token) {
      if (held.get(key)?.token === token) held.delete(key);
    },
  };
}
