import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createPermits } from "./permits.ts";

describe("permits", () => {
  it("go to those who wait in the order in which they came", async () => {
    const permits = createPermits(1);
    assert.equal(await permits.take(), true);
    const order: string[] = [];
    const waiting = ["first", "second", "third"].map(async (name) => {
      assert.equal(await permits.take(), true);
      order.push(name);
      permits.giveBack();
    });
    permits.giveBack();
    await Promise.all(waiting);
    assert.deepEqual([order, permits.demand()], [["first", "second", "third"], 0]);
  });

  it("are not given to one who has left, and nothing is kept of it", async () => {
    const permits = createPermits(1);
    await permits.take();
    const leaving = new AbortController();
    const left = permits.take(leaving.signal);
    const stayed = permits.take();
    assert.equal(permits.demand(), 3);
    leaving.abort();
    assert.equal(await left, false);
    assert.equal(permits.demand(), 2);
    permits.giveBack();
    assert.equal(await stayed, true);
  });

  it("are not waited for by one who has left before", async () => {
    const permits = createPermits(1);
    assert.equal(await permits.take(AbortSignal.abort()), true);
    assert.equal(await permits.take(AbortSignal.abort()), false);
    assert.equal(permits.demand(), 1);
  });

  it("stay taken when their holder's signal aborts", async () => {
    const permits = createPermits(1);
    await permits.take();
    const leaving = new AbortController();
    const given = permits.take(leaving.signal);
    permits.giveBack();
    assert.equal(await given, true);
    leaving.abort();
    assert.equal(permits.demand(), 1);
  });

  it("come back to the full number after a thousand takers with many leaving", async () => {
    const permits = createPermits(3);
    let most = 0;
    let held = 0;
    const takers = Array.from({ length: 1_000 }, async (_, index) => {
      const leaving = new AbortController();
      const taken = permits.take(leaving.signal);
      if (index % 3 === 0) leaving.abort();
      if (!(await taken)) return;
      held += 1;
      most = Math.max(most, held);
      await Promise.resolve();
      held -= 1;
      permits.giveBack();
    });
    await Promise.all(takers);
    assert.deepEqual([most, held, permits.demand()], [3, 0, 0]);
  });
});
