/** What all processes of an API share to count calls and to repeat answers: the interface of its service `sharedStore`. */
import type { RateLimiterAbstract } from "rate-limiter-flexible";

export interface LimitPolicy {
  /** Two limits of one name count together. */
  readonly name: string;
  readonly limit: number;
  readonly windowSeconds: number;
}

/** A request's claim to a key. */
export interface Claim {
  /** Of this request alone: who takes the key over has another. */
  readonly token: string;
  readonly fingerprint: string;
  /** When a claim that was neither kept nor released ends. By `Date.now()`. */
  readonly deadline: number;
}

/** The claim that has a key. */
export interface HeldKey {
  readonly fingerprint: string;
  /** What `keep` was given; `undefined` while the request runs. */
  readonly answer: string | undefined;
}

export interface SharedStore {
  /** A limiter of rate-limiter-flexible. */
  limiterOf(policy: LimitPolicy): Promise<Pick<RateLimiterAbstract, "consume">>;
  /**
   * Takes a key that is free, or whose claim has passed its end: one of several requests gets it.
   *
   * @returns `undefined` where it is taken, else who has it.
   */
  take(key: string, claim: Claim): Promise<HeldKey | undefined>;
  /** Keeps the answer, and the key until `expiresAt`. @returns whether the claim still had the key. */
  keep(key: string, token: string, answer: string, expiresAt: number): Promise<boolean>;
  /** Frees the key, if the claim still has it. */
  release(key: string, token: string): Promise<void>;
}

/** What an API has that declares the service. */
export interface WithSharedStore {
  readonly sharedStore: Promise<SharedStore>;
}
