import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { createLog } from "../log.ts";
import { lambdaContext } from "../testing/payload-event.ts";
import { isWarmerEvent } from "./create-handler.ts";
import { type Invoke, type WarmerAnswer, type WarmerEvent, warm } from "./warmer.ts";

const HOLD_MILLISECONDS = 75;

describe("a warm-up ping", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  /** Sends one ping, and ends its pause, if it pauses. */
  async function ping(event: object, invoke?: Invoke) {
    const calls: { functionArn: string; event: WarmerEvent }[] = [];
    const lines: string[] = [];
    const context = lambdaContext();
    let answer: WarmerAnswer | undefined;
    void warm(
      { warmer: true, ...event },
      context,
      createLog((line) => lines.push(line)),
      invoke ??
        (async (functionArn, called) => {
          calls.push({ functionArn, event: called });
        }),
    ).then((value) => {
      answer = value;
    });
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    await settle();
    const held = answer === undefined;
    mock.timers.tick(HOLD_MILLISECONDS - 1);
    await settle();
    assert.equal(answer === undefined, held);
    mock.timers.tick(1);
    await settle();
    assert.notEqual(answer, undefined);
    return { answer, calls, held, context, entries: lines.map((line) => JSON.parse(line)) };
  }

  it("alone keeps one instance, calls no others and does not hold it", async () => {
    const { answer, calls, held } = await ping({});
    assert.deepEqual([answer, calls, held], [{ warmed: 1 }, [], false]);
  });

  it("for n instances calls n - 1 others, numbers each, and holds its own", async () => {
    const { answer, calls, held, context } = await ping({ concurrency: 3 });
    assert.deepEqual(answer, { warmed: 3 });
    assert.equal(held, true);
    assert.deepEqual(
      calls,
      [2, 3].map((invocation) => ({
        functionArn: context.invokedFunctionArn,
        event: {
          warmer: true,
          __WARMER_INVOCATION__: invocation,
          __WARMER_CONCURRENCY__: 3,
          __WARMER_CORRELATION_ID__: context.awsRequestId,
        },
      })),
    );
  });

  it("from another instance calls no others, and holds its instance", async () => {
    const { answer, calls, held, entries } = await ping({
      __WARMER_INVOCATION__: 2,
      __WARMER_CONCURRENCY__: 3,
      __WARMER_CORRELATION_ID__: "the first",
    });
    assert.deepEqual([answer, calls, held], [{ warmed: 1 }, [], true]);
    const { time: _, ...entry } = entries[0];
    assert.deepEqual(entry, {
      level: "info",
      message: "warmer",
      correlationId: "the first",
      invocation: 2,
      concurrency: 3,
    });
  });

  it("never fans out to more than a hundred", async () => {
    for (const concurrency of [101, 1e9, Number.POSITIVE_INFINITY]) {
      const { answer, calls } = await ping({ concurrency });
      assert.deepEqual([answer, calls.length], [{ warmed: 100 }, 99]);
    }
  });

  it("with an invalid concurrency keeps one instance", async () => {
    for (const concurrency of [0, -5, 1.9, Number.NaN, null, "many", {}]) {
      const { answer, calls } = await ping({ concurrency });
      assert.deepEqual([answer, calls], [{ warmed: 1 }, []]);
    }
  });

  it("logs failed calls, and does not fail itself", async () => {
    let calls = 0;
    const { answer, entries } = await ping({ concurrency: 4 }, async () => {
      calls += 1;
      if (calls !== 2) throw new Error(`throttled ${calls}`);
    });
    assert.deepEqual(answer, { warmed: 4 });
    assert.equal(calls, 3);
    assert.deepEqual(
      entries.slice(1).map(({ level, message, error }) => [level, message, error.message]),
      [
        ["warn", "warm-up call failed", "throttled 1"],
        ["warn", "warm-up call failed", "throttled 3"],
      ],
    );
  });

  it("is only an event with `warmer: true`", () => {
    assert.equal(isWarmerEvent({ warmer: true }), true);
    for (const event of [
      undefined,
      null,
      "warmer",
      1,
      [],
      {},
      { warmer: 1 },
      { warmer: "true" },
      { warmer: false },
    ]) {
      assert.equal(isWarmerEvent(event), false);
    }
  });
});
