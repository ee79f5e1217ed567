/**
 * What the processes of an API share to count calls and to repeat responses: the interface of its service
 * `sharedStore`.
 */
import type { RateLimiterAbstract } from "rate-limiter-flexible";

export interface LimitPolicy {
  /** Two limits with the same name count together. */
  readonly name: string;
  readonly limit: number;
  readonly windowSeconds: number;
}

/** A request's claim to a key. */
export interface Claim {
  /** Unique to this request: a later claim to the key has another one. */
  readonly token: string;
  readonly fingerprint: string;
  /** When a claim that was neither kept nor released ends. By `Date.now()`. */
  readonly deadline: number;
}

/** The claim that holds a key. */
export interface HeldKey {
  readonly fingerprint: string;
  /** What was passed to `keep`; `undefined` while the request runs. */
  readonly answer: string | undefined;
}

export interface SharedStore {
  /** A limiter of rate-limiter-flexible. */
  limiterOf(policy: LimitPolicy): Promise<Pick<RateLimiterAbstract, "consume">>;
  /**
   * Claims a key that is free, or whose claim has ended: only one of several requests gets it.
   *
   * @returns `undefined` on success, otherwise the current holder.
   */
  take(key: string, claim: Claim): Promise<HeldKey | undefined>;
  /** Keeps the response, and the key until `expiresAt`. @returns whether the claim still held the key. */
  keep(key: string, token: string, answer: string, expiresAt: number): Promise<boolean>;
  /** Frees the key, if the claim still holds it. */
  release(key: string, token: string): Promise<void>;
}

/** An API that declares the service. */
export interface WithSharedStore {
  readonly sharedStore: Promise<SharedStore>;
}
