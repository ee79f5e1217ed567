/** Counts in the memory of this process with rate-limiter-flexible, which is loaded at the first count. */
import type { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { ApiError } from "../errors/api-error.ts";

export interface RateLimiterOptions {
  /** How often a key may be taken in a window. */
  readonly limit: number;
  /** A window begins when a key is first taken. */
  readonly windowSeconds: number;
  /**
   * How many keys are remembered; the least recently used one is forgotten first.
   *
   * Default: 10,000.
   */
  readonly maxKeys?: number;
}

/** The outcome of a call. */
export interface Count {
  readonly isOver: boolean;
  /** The remaining calls in the window. */
  readonly remaining: number;
  /** Until the next window begins. */
  readonly resetSeconds: number;
}

export interface RateLimiter {
  /** Counts a call. */
  count(key: string): Promise<Count>;
  /**
   * @throws ApiError 001429, with `retry-after`, when the key was taken too often. May also reject with it.
   */
  take(key: string): Promise<void>;
  /** Takes a call back. */
  giveBack(key: string): Promise<void>;
}

const DEFAULT_MAX_KEYS = 10_000;

/** @throws RangeError for a limit, a window or a number of keys below 1. */
export function createRateLimiter({
  limit,
  windowSeconds,
  maxKeys = DEFAULT_MAX_KEYS,
}: RateLimiterOptions): RateLimiter {
  for (const [name, value] of Object.entries({ limit, windowSeconds, maxKeys }))
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`${name} is ${value}; it must be a whole number from 1`);
  /** The counted keys, the most recently used at the end. */
  const recent = new Set<string>();
  let loading: Promise<RateLimiterMemory> | undefined;

  async function load(): Promise<RateLimiterMemory> {
    const { RateLimiterMemory } = await import("rate-limiter-flexible");
    return new RateLimiterMemory({ points: limit, duration: windowSeconds });
  }

  const limiter: RateLimiter = {
    async count(key) {
      loading ??= load();
      const memory = await loading;
      recent.delete(key);
      recent.add(key);
      if (recent.size > maxKeys) {
        const [oldest = ""] = recent;
        recent.delete(oldest);
        await memory.delete(oldest);
      }
      try {
        return stateOf(await memory.consume(key), false);
      } catch (refusal) {
        if (refusal instanceof Error) throw refusal;
        return stateOf(refusal, true);
      }
    },

    async take(key) {
      const count = await limiter.count(key);
      if (count.isOver) throw tooMany(count);
    },

    async giveBack(key) {
      const memory = await loading;
      // In a later window there is nothing to take back, and the key would get one call more.
      if (memory && ((await memory.get(key))?.consumedPoints ?? 0) > 0) await memory.reward(key);
    },
  };
  return limiter;
}

/** @param result what rate-limiter-flexible resolves or rejects with. */
export function stateOf(result: unknown, isOver: boolean): Count {
  const { remainingPoints, msBeforeNext } = result as RateLimiterRes;
  const resetSeconds = Math.max(1, Math.ceil(msBeforeNext / 1000));
  return { isOver, remaining: isOver ? 0 : remainingPoints, resetSeconds };
}

export function tooMany({ resetSeconds }: Count): ApiError {
  return new ApiError("001429", {
    reason: "Too many attempts; try again later",
    headers: { "retry-after": String(resetSeconds) },
  });
}
