// The instances of a function, and a first-come, first-served queue of events that wait for one.

import type { Instance } from "./instance.ts";
import type { Outcome } from "./lambda-function.ts";

export interface Initialisation {
  outcome: Outcome;
  milliseconds: number;
}

export interface ReadyInstance {
  instance: Instance;
  /** The outcome of its start, for its first event. */
  initialisation?: Initialisation;
}

export interface InstancePoolOptions {
  /** Begins a new instance. */
  start(): Instance;
  /** The maximum number of instances in any state. */
  maximumInstances: number;
  /** The maximum number of simultaneous starts. More would only slow each other down. */
  maximumStarts: number;
}

export interface InstancePool {
  /** Starts an instance before there is an event for it, and returns the outcome. */
  prepare(): Promise<Outcome>;
  /**
   * Resolves with an instance for one event, or with `undefined` if the signal aborts or the pool closes
   * first.
   */
  take(signal?: AbortSignal): Promise<ReadyInstance | undefined>;
  /** Called after the event. */
  giveBack(instance: Instance): void;
  /** The number of events that have an instance or wait for one. */
  demand(): number;
  /** Gives new events new instances; busy ones end after their event. */
  renew(): void;
  close(): Promise<void>;
}

export function createInstancePool({
  start,
  maximumInstances,
  maximumStarts,
}: InstancePoolOptions): InstancePool {
  let idle: ReadyInstance[] = [];
  const starting = new Set<Instance>();
  const busy = new Set<Instance>();
  const outdated = new WeakSet<Instance>();
  // In the order of arrival, with cheap removal.
  const waiting = new Set<(ready: ReadyInstance | undefined) => void>();
  let isClosed = false;

  function serve(): void {
    idle = idle.filter(({ instance }) => !instance.hasEnded());
    while (waiting.size > 0) {
      const ready = idle.pop();
      if (!ready) break;
      giveToFirst(ready);
    }
    while (
      starting.size < Math.min(waiting.size, maximumStarts) &&
      starting.size + busy.size < maximumInstances
    )
      void startOne();
  }

  async function startOne(): Promise<Outcome> {
    const startedAt = performance.now();
    const instance = start();
    starting.add(instance);
    const outcome = await instance.initialise();
    const initialisation = { outcome, milliseconds: performance.now() - startedAt };
    starting.delete(instance);
    if (isClosed) return outcome;
    if (outdated.has(instance)) void instance.end();
    // Also for a failed start: the event that it was started for fails with it.
    else if (waiting.size > 0) giveToFirst({ instance, initialisation });
    else if (outcome.outcome !== "failed") idle.push({ instance, initialisation });
    else void instance.end();
    serve();
    return outcome;
  }

  function giveToFirst(ready: ReadyInstance): void {
    const [give] = waiting;
    if (!give) return;
    waiting.delete(give);
    busy.add(ready.instance);
    give(ready);
  }

  return {
    prepare: startOne,
    async take(signal) {
      if (isClosed || signal?.aborted) return undefined;
      const { promise, resolve } = Promise.withResolvers<ReadyInstance | undefined>();
      const leave = () => {
        waiting.delete(resolve);
        resolve(undefined);
      };
      waiting.add(resolve);
      signal?.addEventListener("abort", leave, { once: true });
      serve();
      const ready = await promise;
      signal?.removeEventListener("abort", leave);
      return ready;
    },
    giveBack(instance) {
      busy.delete(instance);
      if (outdated.has(instance)) void instance.end();
      else idle.push({ instance });
      if (!isClosed) serve();
    },
    demand: () => busy.size + waiting.size,
    renew() {
      for (const instance of [...busy, ...starting]) outdated.add(instance);
      for (const { instance } of idle) void instance.end();
      idle = [];
    },
    async close() {
      isClosed = true;
      for (const give of waiting) give(undefined);
      waiting.clear();
      const instances = [...idle.map(({ instance }) => instance), ...busy, ...starting];
      await Promise.all(instances.map((instance) => instance.end()));
    },
  };
}
