import type { Request, RequestHandler } from "express";
import { principalOf } from "../request/request-context.ts";
import { networkOf } from "./network-of.ts";
import { createRateLimiter, type RateLimiter, type RateLimiterOptions } from "./rate-limiter.ts";

export interface RateLimitOptions extends RateLimiterOptions {
  /**
   * What is counted.
   *
   * Default: the signed-in caller, and where there is none the address, of IPv6 its /64.
   */
  readonly key?: (request: Request) => string;
}

/**
 * Makes the middleware that lets a caller call so often and no oftener; then it answers 001429 with `retry-after`. For one
 * endpoint, which may share it with others: `use: [rateLimit({ limit: 10, windowSeconds: 60 })]`.
 *
 * It counts in the memory of the process. With several processes, or instances of a function, each counts for itself: the
 * limit is then a floor of what gets through, and the gateway's throttle is the ceiling.
 *
 * @throws RangeError for a limit or a window below 1.
 */
export function rateLimit({ key = callerOf, ...options }: RateLimitOptions): RequestHandler {
  createRateLimiter(options);
  /** Of each app, so that two in one process do not count for one another. */
  const limiters = new WeakMap<object, RateLimiter>();

  return async (request, _response, next) => {
    let limiter = limiters.get(request.app);
    if (!limiter) {
      limiter = createRateLimiter(options);
      limiters.set(request.app, limiter);
    }
    await limiter.take(key(request));
    next();
  };
}

/** Apart from one another: a subject may look like an address. */
function callerOf(request: Request): string {
  const subject = principalOf(request)?.subject;
  return subject === undefined ? `address ${networkOf(request.ip ?? "")}` : `subject ${subject}`;
}
