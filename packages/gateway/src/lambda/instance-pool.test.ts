import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Instance } from "./instance.ts";
import { createInstancePool, type InstancePoolOptions, type ReadyInstance } from "./instance-pool.ts";
import type { Outcome } from "./lambda-function.ts";

const READY: Outcome = { outcome: "returned", payload: "null" };
const FAILED: Outcome = { outcome: "failed", errorType: "Error", errorMessage: "no such module" };

/** Instances that start and end when a test says so. */
function poolOf(options: Partial<InstancePoolOptions> = {}) {
  const starts: ((outcome: Outcome) => void)[] = [];
  const started: Instance[] = [];
  const start = (): Instance => {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    let hasEnded = false;
    starts.push(resolve);
    const instance: Instance = {
      initialise: () => promise,
      invoke: async () => READY,
      hasEnded: () => hasEnded,
      async end() {
        hasEnded = true;
        resolve(FAILED);
      },
    };
    started.push(instance);
    return instance;
  };
  const pool = createInstancePool({ start, maximumInstances: 50, maximumStarts: 2, ...options });
  return {
    ...pool,
    /** All that were ever started. */
    started,
    /** How many are starting. */
    starting: () => starts.length,
    /** Completes the oldest pending start. */
    async finishStart(outcome = READY) {
      starts.shift()?.(outcome);
      await settled();
    },
    async warm(count: number) {
      const taken = Array.from({ length: count }, () => pool.take());
      while (starts.length > 0) await this.finishStart();
      for (const ready of await Promise.all(taken)) pool.giveBack(instanceOf(ready));
    },
  };
}

/** Lets everything that follows from resolved promises happen. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

function instanceOf(ready: ReadyInstance | undefined): Instance {
  assert.ok(ready);
  return ready.instance;
}

describe("instances that start", () => {
  it("are never more at once than the machine has cores, however many events come in a burst", async () => {
    const pool = poolOf();
    const events = Array.from({ length: 200 }, () => pool.take());
    const underWay: number[] = [];
    while (pool.starting() > 0) {
      underWay.push(pool.starting());
      await pool.finishStart();
    }
    assert.equal(Math.max(...underWay), 2);
    assert.equal(pool.started.length, 50);
    const first = await Promise.all(events.slice(0, 50));
    assert.equal(new Set(first.map(instanceOf)).size, 50);
  });

  it("stop with the burst: an event that gets a free instance needs no new one", async () => {
    const pool = poolOf();
    let answered = 0;
    const events = Array.from({ length: 200 }, async () => {
      const instance = instanceOf(await pool.take());
      await Promise.resolve();
      answered += 1;
      pool.giveBack(instance);
    });
    await pool.finishStart();
    await Promise.all(events);
    // The third began when the first was ready, while the others still waited.
    assert.deepEqual([answered, pool.started.length, pool.demand()], [200, 3, 0]);
  });

  it("serve a later event if the one that they were started for has left or was served", async () => {
    const pool = poolOf();
    const leaving = new AbortController();
    const left = pool.take(leaving.signal);
    leaving.abort();
    assert.equal(await left, undefined);
    await pool.finishStart();
    const ready = await pool.take();
    assert.deepEqual([pool.started.length, ready?.initialisation?.outcome], [1, READY]);
  });

  it("may start before there is an event, whose first one is a cold start all the same", async () => {
    const pool = poolOf();
    const prepared = pool.prepare();
    await pool.finishStart();
    assert.deepEqual(await prepared, READY);
    const ready = await pool.take();
    assert.deepEqual([pool.started.length, ready?.initialisation?.outcome], [1, READY]);
    const failed = pool.prepare();
    await pool.finishStart(FAILED);
    assert.deepEqual(await failed, FAILED);
  });

  it("fail the first waiting event, and the next one gets another instance", async () => {
    const pool = poolOf({ maximumStarts: 1 });
    const [first, second] = [pool.take(), pool.take()];
    await pool.finishStart(FAILED);
    assert.deepEqual((await first)?.initialisation?.outcome, FAILED);
    await pool.finishStart();
    assert.deepEqual((await second)?.initialisation?.outcome, READY);
  });

  it("are cold for one event only: later ones are warm", async () => {
    const pool = poolOf();
    const cold = pool.take();
    await pool.finishStart();
    assert.ok((await cold)?.initialisation);
    pool.giveBack(instanceOf(await cold));
    assert.equal((await pool.take())?.initialisation, undefined);
  });

  it("are replaced when the code changes during the start", async () => {
    const pool = poolOf();
    const event = pool.take();
    pool.renew();
    await pool.finishStart();
    assert.deepEqual(
      pool.started.map((instance) => instance.hasEnded()),
      [true, false],
    );
    await pool.finishStart();
    assert.equal(instanceOf(await event), pool.started[1]);
  });
});

describe("events that wait for an instance", () => {
  it("get one in the order of arrival", async () => {
    const pool = poolOf({ maximumInstances: 1 });
    await pool.warm(1);
    const order: string[] = [];
    const events = ["first", "second", "third"].map(async (name) => {
      const instance = instanceOf(await pool.take());
      order.push(name);
      pool.giveBack(instance);
    });
    await Promise.all(events);
    assert.deepEqual([order, pool.demand()], [["first", "second", "third"], 0]);
  });

  it("are forgotten when they leave, and never get one if they left before", async () => {
    const pool = poolOf({ maximumInstances: 1 });
    await pool.warm(1);
    const instance = instanceOf(await pool.take());
    const leaving = new AbortController();
    const left = pool.take(leaving.signal);
    const stayed = pool.take();
    assert.equal(pool.demand(), 3);
    leaving.abort();
    assert.equal(await left, undefined);
    assert.equal(await pool.take(AbortSignal.abort()), undefined);
    assert.equal(pool.demand(), 2);
    pool.giveBack(instance);
    assert.equal(instanceOf(await stayed), instance);
  });

  it("keep theirs when their signal aborts afterwards", async () => {
    const pool = poolOf();
    await pool.warm(1);
    const leaving = new AbortController();
    assert.ok(await pool.take(leaving.signal));
    leaving.abort();
    assert.equal(pool.demand(), 1);
  });

  it("are dropped when the pool closes, and every instance ends", async () => {
    const pool = poolOf({ maximumInstances: 2 });
    await pool.warm(1);
    const running = await pool.take();
    const waiting = [pool.take(), pool.take()];
    await pool.close();
    assert.ok(running);
    assert.deepEqual(await Promise.all(waiting), [undefined, undefined]);
    assert.deepEqual(
      pool.started.map((instance) => instance.hasEnded()),
      [true, true],
    );
    assert.equal(await pool.take(), undefined);
  });

  it("leave nothing behind after a thousand of them, many of which left early", async () => {
    const pool = poolOf({ maximumInstances: 3 });
    let most = 0;
    let held = 0;
    const events = Array.from({ length: 1_000 }, async (_, index) => {
      const leaving = new AbortController();
      const taken = pool.take(leaving.signal);
      if (index % 3 === 0) leaving.abort();
      const ready = await taken;
      if (!ready) return;
      held += 1;
      most = Math.max(most, held);
      await Promise.resolve();
      held -= 1;
      pool.giveBack(ready.instance);
    });
    while (pool.starting() > 0) await pool.finishStart();
    await Promise.all(events);
    assert.deepEqual([held, pool.demand()], [0, 0]);
    assert.ok(most <= 3, String(most));
  });
});
