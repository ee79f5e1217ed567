import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { ApiError } from "../errors/api-error.ts";
import { createRateLimiter } from "./rate-limiter.ts";

/** `undefined` if the key may be taken, otherwise the seconds of `retry-after`. */
async function refusalOf(taking: Promise<void>): Promise<number | undefined> {
  try {
    await taking;
    return undefined;
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    assert.deepEqual([error.code, error.reason], ["001429", "Too many attempts; try again later"]);
    return Number(error.headers["retry-after"]);
  }
}

const useClock = (t: TestContext) => t.mock.timers.enable({ apis: ["Date", "setTimeout"], now: 1_000_000 });

describe("a rate limiter", () => {
  it("lets a key be taken up to its limit in a window, and says when the next one begins", async (t) => {
    useClock(t);
    const { take } = createRateLimiter({ limit: 2, windowSeconds: 60 });
    assert.equal(await refusalOf(take("a")), undefined);
    t.mock.timers.tick(20_000);
    assert.equal(await refusalOf(take("a")), undefined);
    assert.equal(await refusalOf(take("a")), 40);
    t.mock.timers.tick(39_500);
    assert.equal(await refusalOf(take("a")), 1);
    t.mock.timers.tick(500);
    assert.equal(await refusalOf(take("a")), undefined);
  });

  it("counts each key separately", async (t) => {
    useClock(t);
    const { take } = createRateLimiter({ limit: 1, windowSeconds: 60 });
    for (const key of ["a", "b", "", "__proto__", "constructor"]) {
      assert.equal(await refusalOf(take(key)), undefined);
      assert.equal(await refusalOf(take(key)), 60);
    }
  });

  it("counts simultaneous calls", async () => {
    const { take } = createRateLimiter({ limit: 3, windowSeconds: 60 });
    const refusals = await Promise.all(Array.from({ length: 10 }, () => refusalOf(take("a"))));
    assert.equal(refusals.filter((refusal) => refusal === undefined).length, 3);
  });

  it("does not count a call that is taken back", async (t) => {
    useClock(t);
    const { take, giveBack } = createRateLimiter({ limit: 1, windowSeconds: 60 });
    await take("a");
    await giveBack("a");
    assert.equal(await refusalOf(take("a")), undefined);
    assert.equal(await refusalOf(take("a")), 60);
    await giveBack("never taken");
  });

  it("takes no call back once its window has ended", async (t) => {
    useClock(t);
    const { take, giveBack } = createRateLimiter({ limit: 1, windowSeconds: 60 });
    await take("a");
    t.mock.timers.tick(61_000);
    await giveBack("a");
    assert.equal(await refusalOf(take("a")), undefined);
    assert.equal(await refusalOf(take("a")), 60);
  });

  it("remembers a limited number of keys, and forgets the least recently used one", async (t) => {
    useClock(t);
    const { take } = createRateLimiter({ limit: 1, windowSeconds: 60, maxKeys: 3 });
    for (const key of ["a", "b", "c"]) await take(key);
    assert.equal(await refusalOf(take("a")), 60);
    await take("d");
    assert.equal(await refusalOf(take("a")), 60);
    assert.equal(await refusalOf(take("c")), 60);
    assert.equal(await refusalOf(take("b")), undefined, "b made room for d");
  });

  it("has room for 10,000 keys by default, however many come", async (t) => {
    useClock(t);
    const { take } = createRateLimiter({ limit: 1, windowSeconds: 60 });
    for (let key = 0; key < 12_000; key++) await take(`key-${key}`);
    assert.equal(await refusalOf(take("key-2000")), 60);
    assert.equal(await refusalOf(take("key-1999")), undefined);
  });

  for (const options of [
    { limit: 0, windowSeconds: 60 },
    { limit: 1.5, windowSeconds: 60 },
    { limit: 1, windowSeconds: 0 },
    { limit: 1, windowSeconds: 60, maxKeys: 0 },
    { limit: Number.NaN, windowSeconds: 60 },
  ])
    it(`is refused with ${JSON.stringify(options)}`, () => {
      assert.throws(
        () => createRateLimiter(options),
        /^RangeError: \w+ is .*; it must be a whole number from 1$/,
      );
    });
});
