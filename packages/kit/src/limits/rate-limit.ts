import type { Request, RequestHandler } from "express";
import type { RateLimiterAbstract } from "rate-limiter-flexible";
import { ApiError } from "../errors/api-error.ts";
import { requestContext } from "../request/request-context.ts";
import type { SharedStore } from "../shared-store/shared-store.ts";
import { callerOf } from "./caller-of.ts";
import { type Count, createRateLimiter, type RateLimiterOptions, stateOf, tooMany } from "./rate-limiter.ts";

export interface RateLimitOptions extends RateLimiterOptions {
  /** The limit's name in the headers. In a shared store, limits with the same name count together. */
  readonly name: string;
  /**
   * What is counted.
   *
   * Default: the signed-in caller or the machine, otherwise the address (for IPv6, its /64).
   */
  readonly key?: (request: Request) => string;
}

/** The name stands in quotes in a header. */
const NAME = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * Makes the middleware that limits how often a caller may call; beyond that it returns 001429 with
 * `retry-after`. Each response reports the remaining calls in `RateLimit` and `RateLimit-Policy`
 * (draft-ietf-httpapi-ratelimit-headers). For one endpoint, or shared by several: `use: [rateLimit({ name:
 * "reports", limit: 10, windowSeconds: 60 })]`.
 *
 * It counts in the API's service `sharedStore`. Without one it counts in the memory of the process, and logs
 * that: with several processes or function instances, callers then get through more often than the limit
 * says.
 *
 * @throws RangeError for a limit or a window below 1; TypeError for a name that cannot stand in a header.
 */
export function rateLimit({ name, key = callerOf, ...options }: RateLimitOptions): RequestHandler {
  if (!NAME.test(name))
    throw new TypeError(`A limit cannot be called ${JSON.stringify(name)}; use letters, digits and . _ -`);
  createRateLimiter(options);
  const { limit, windowSeconds } = options;
  /** One per app, so that two apps in one process do not share their counts. */
  const counters = new WeakMap<object, Promise<(key: string) => Promise<Count>>>();

  async function make(request: Request): Promise<(key: string) => Promise<Count>> {
    const { log, services } = requestContext(request);
    const store = services.sharedStore as Promise<SharedStore> | undefined;
    if (store) {
      const limiter = await (await store).limiterOf({ name, limit, windowSeconds });
      return (key) => countShared(limiter, key);
    }
    log.warn(
      "a rate limit counts in the memory of this process; several processes need the service sharedStore",
      {
        limit: name,
      },
    );
    return createRateLimiter(options).count;
  }

  return async (request, response, next) => {
    let making = counters.get(request.app);
    if (!making) {
      making = make(request);
      counters.set(request.app, making);
      making.catch(() => counters.delete(request.app));
    }
    const count = await (await making)(key(request));
    response.appendHeader("ratelimit-policy", `"${name}";q=${limit};w=${windowSeconds}`);
    response.appendHeader("ratelimit", `"${name}";r=${count.remaining};t=${count.resetSeconds}`);
    if (count.isOver) throw tooMany(count);
    next();
  };
}

async function countShared(limiter: Pick<RateLimiterAbstract, "consume">, key: string): Promise<Count> {
  try {
    return stateOf(await limiter.consume(key), false);
  } catch (refusal) {
    if (!(refusal instanceof Error)) return stateOf(refusal, true);
    throw new ApiError("001503", { reason: "Calls cannot be counted; try again later", cause: refusal });
  }
}
