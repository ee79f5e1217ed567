// A fixed number of permits, and a line of those who wait for one: first come, first served.

export interface Permits {
  /** Resolves with true once a permit is taken, and with false if the signal aborts while it waits for one. */
  take(signal?: AbortSignal): Promise<boolean>;
  /** Hands the permit to the first who waits. */
  giveBack(): void;
  /** How many permits are taken and how many callers wait for one, together. */
  demand(): number;
}

export function createPermits(count: number): Permits {
  let taken = 0;
  // In the order of arrival, and quick to leave.
  const waiting = new Set<(isTaken: boolean) => void>();

  return {
    async take(signal) {
      if (taken < count) {
        taken += 1;
        return true;
      }
      if (signal?.aborted) return false;
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const leave = () => {
        waiting.delete(resolve);
        resolve(false);
      };
      waiting.add(resolve);
      signal?.addEventListener("abort", leave, { once: true });
      const isTaken = await promise;
      signal?.removeEventListener("abort", leave);
      return isTaken;
    },
    giveBack() {
      const [first] = waiting;
      if (!first) {
        taken -= 1;
        return;
      }
      waiting.delete(first);
      first(true);
    },
    demand: () => taken + waiting.size,
  };
}
