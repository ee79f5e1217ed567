import assert from "node:assert/strict";
import { beforeEach, describe, it, type TestContext } from "node:test";
import { createShutdown, type Shutdown } from "./shutdown.ts";

describe("a shutdown (with a stub server)", () => {
  let events: string[];
  let drain: PromiseWithResolvers<{ wasForced: boolean }>;
  let shutdown: Shutdown;

  function create(test: TestContext, delayMilliseconds: number): void {
    test.mock.timers.enable({ apis: ["setTimeout"] });
    events = [];
    drain = Promise.withResolvers();
    shutdown = createShutdown({
      starting: Promise.resolve({
        announceStop: () => void events.push("announced"),
        stop: (forceAfter) => {
          events.push(`drains for ${forceAfter}`);
          return drain.promise;
        },
      }),
      delayMilliseconds,
      exit: (code) => void events.push(`exit ${code}`),
    });
  }
  /** Lets pending promises continue; their exact number does not matter. */
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const finish = (wasForced = false) => {
    drain.resolve({ wasForced });
    return settle();
  };
  beforeEach(() => {
    events = [];
  });

  it("is announced, waits for the delay, and only then begins to drain and to count down to the forced end", async (test) => {
    create(test, 10_000);
    void shutdown.stop();
    await settle();
    test.mock.timers.tick(9_999);
    await settle();
    assert.deepEqual(events, ["announced"]);
    test.mock.timers.tick(1);
    await settle();
    assert.deepEqual(events, ["announced", "drains for 9500"]);
    await finish();
    assert.deepEqual(events.at(-1), "exit 0");
  });

  it("drains at once without a delay", async (test) => {
    create(test, 0);
    void shutdown.stop();
    await settle();
    assert.deepEqual(events, ["announced", "drains for 9500"]);
    await finish(true);
    assert.deepEqual(events.at(-1), "exit 1");
  });

  it("skips the rest of its delay after a second signal, and is forced by a third", async (test) => {
    create(test, 10_000);
    void shutdown.stop();
    await settle();
    void shutdown.stop();
    await settle();
    assert.deepEqual(events, ["announced", "drains for 9500"]);
    void shutdown.stop();
    assert.deepEqual(events.at(-1), "exit 1");
  });

  it("has no delay after a fault, and exits with code 1", async (test) => {
    create(test, 10_000);
    void shutdown.fail();
    await settle();
    assert.deepEqual(events, ["announced", "drains for 9500"]);
    await finish();
    assert.deepEqual(events.at(-1), "exit 1");
  });

  it("continues after a fault: requests in flight are answered, and the exit code is 1", async (test) => {
    create(test, 10_000);
    void shutdown.stop();
    await settle();
    void shutdown.fail();
    await settle();
    void shutdown.fail();
    assert.deepEqual(events, ["announced", "drains for 9500"]);
    await finish();
    assert.deepEqual(events.slice(2), ["exit 1"]);
  });
});
