import type { Request, RequestHandler } from "express";
import type { RateLimiterAbstract } from "rate-limiter-flexible";
import { ApiError } from "../errors/api-error.ts";
import { requestContext } from "../request/request-context.ts";
import type { SharedStore } from "../shared-store/shared-store.ts";
import { callerOf } from "./caller-of.ts";
import { type Count, createRateLimiter, type RateLimiterOptions, stateOf, tooMany } from "./rate-limiter.ts";

export interface RateLimitOptions extends RateLimiterOptions {
  /** What the headers call the limit. In a shared store, limits of one name count together. */
  readonly name: string;
  /**
   * What is counted.
   *
   * Default: the signed-in caller or the machine, and where there is none the address, of IPv6 its /64.
   */
  readonly key?: (request: Request) => string;
}

/** It stands between quotes in a header. */
const NAME = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * Makes the middleware that lets a caller call so often and no oftener; then it answers 001429 with `retry-after`. Each
 * answer tells what is left, in `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers). For one endpoint,
 * which may share it with others: `use: [rateLimit({ name: "reports", limit: 10, windowSeconds: 60 })]`.
 *
 * It counts in the API's service `sharedStore`. Without one it counts in the memory of the process, and says so in the log:
 * with several processes, or instances of a function, the limit is then a floor of what gets through.
 *
 * @throws RangeError for a limit or a window below 1; TypeError for a name that no header can have.
 */
export function rateLimit({ name, key = callerOf, ...options }: RateLimitOptions): RequestHandler {
  if (!NAME.test(name))
    throw new TypeError(`A limit cannot be called ${JSON.stringify(name)}; use letters, digits and . _ -`);
  createRateLimiter(options);
  const { limit, windowSeconds } = options;
  /** Of each app, so that two in one process do not count for one another. */
  const counters = new WeakMap<object, Promise<(key: string) => Promise<Count>>>();

  async function make(request: Request): Promise<(key: string) => Promise<Count>> {
    const { log, services } = requestContext(request);
    const store = services.sharedStore as Promise<SharedStore> | undefined;
    if (store) {
      const limiter = await (await store).limiterOf({ name, limit, windowSeconds });
      return (key) => countShared(limiter, key);
    }
    log.warn("a rate limit counts in the memory of this process; several need the service sharedStore", {
      limit: name,
    });
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
