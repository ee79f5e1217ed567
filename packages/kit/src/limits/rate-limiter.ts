/** Counts in the memory of this process, with rate-limiter-flexible, which is loaded when something is counted first. */
import type { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { ApiError } from "../errors/api-error.ts";

export interface RateLimiterOptions {
  /** How often a key may be taken in a window. */
  readonly limit: number;
  /** A window begins when a key is taken first. */
  readonly windowSeconds: number;
  /**
   * How many keys are remembered; the one that was not taken for longest is forgotten first.
   *
   * Default: 10,000.
   */
  readonly maxKeys?: number;
}

export interface RateLimiter {
  /** @throws ApiError 001429, with `retry-after`, when the key was taken too often. Or rejects with it. */
  take(key: string): Promise<void>;
  /** As if the key had been taken once less. */
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
  /** The keys that are counted, the one that was taken last at the end. */
  const recent = new Set<string>();
  let loading: Promise<RateLimiterMemory> | undefined;

  async function load(): Promise<RateLimiterMemory> {
    const { RateLimiterMemory } = await import("rate-limiter-flexible");
    return new RateLimiterMemory({ points: limit, duration: windowSeconds });
  }

  return {
    async take(key) {
      loading ??= load();
      const limiter = await loading;
      recent.delete(key);
      recent.add(key);
      if (recent.size > maxKeys) {
        const [oldest = ""] = recent;
        recent.delete(oldest);
        await limiter.delete(oldest);
      }
      try {
        await limiter.consume(key);
      } catch (refusal) {
        if (refusal instanceof Error) throw refusal;
        const seconds = Math.max(1, Math.ceil((refusal as RateLimiterRes).msBeforeNext / 1000));
        throw new ApiError("001429", {
          reason: "Too many attempts; try again later",
          headers: { "retry-after": String(seconds) },
        });
      }
    },

    async giveBack(key) {
      if (recent.has(key)) await (await loading)?.reward(key);
    },
  };
}
