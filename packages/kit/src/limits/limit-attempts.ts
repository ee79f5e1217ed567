import { ApiError } from "../errors/api-error.ts";
import { networkOf } from "./network-of.ts";
import { createRateLimiter, type RateLimiterOptions } from "./rate-limiter.ts";

/** Who tries, and with which account. */
export interface Attempt {
  readonly clientIp: string;
  readonly account: string;
}

/**
 * Makes the function that runs sign-in attempts, and refuses them with 001429 once an address has failed too
 * often with one account. An account alone is never locked, or anyone could lock its owner out. Successful
 * sign-ins do not count.
 *
 * @example
 * const attempt = limitAttempts({ limit: 10, windowSeconds: 300 });
 * const token = await attempt({ clientIp, account: body.username }, () => provider.signIn(body.username, body.password));
 *
 * @param options.limit how many refused attempts (`002401`) an address has with an account.
 * @throws RangeError for a limit or a window below 1.
 */
export function limitAttempts(
  options: RateLimiterOptions,
): <Result>(who: Attempt, run: () => Promise<Result>) => Promise<Result> {
  const limiter = createRateLimiter(options);

  return async ({ clientIp, account }, run) => {
    // Providers ignore the case of an e-mail address.
    const key = `${networkOf(clientIp)} ${account.trim().toLowerCase()}`;
    // Counted in advance, so that many simultaneous attempts do not all pass.
    await limiter.take(key);
    let isRefused = false;
    try {
      return await run();
    } catch (error) {
      isRefused = error instanceof ApiError && error.code === "002401";
      throw error;
    } finally {
      if (!isRefused) await limiter.giveBack(key);
    }
  };
}
