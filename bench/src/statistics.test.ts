import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { quantile, shuffled, summarise } from "./statistics.ts";

describe("statistics", () => {
  it("take the middle number of an odd count, whatever the order", () => {
    assert.equal(summarise([9, 1, 5]).median, 5);
  });

  it("take the mean of the two middle numbers of an even count", () => {
    assert.equal(summarise([4, 1, 3, 2]).median, 2.5);
  });

  it("give quartiles as R, NumPy and spreadsheets do", () => {
    assert.deepEqual(summarise([1, 2, 3, 4]), {
      samples: 4,
      firstQuartile: 1.75,
      median: 2.5,
      thirdQuartile: 3.25,
    });
  });

  it("order by size, not as text", () => {
    assert.equal(quantile([10, 9, 100], 0), 9);
    assert.equal(quantile([10, 9, 100], 1), 100);
  });

  it("are not affected by one sample that a busy machine has spoilt", () => {
    assert.equal(summarise([10, 10, 10, 10, 5000]).thirdQuartile, 10);
  });

  it("refuse to summarise nothing", () => {
    assert.throws(() => summarise([]), RangeError);
  });

  it("shuffle without losing or repeating anything", () => {
    const things = Array.from({ length: 50 }, (_, index) => index);
    const mixed = shuffled(things);
    assert.notDeepEqual(mixed, things);
    assert.deepEqual(
      mixed.toSorted((a, b) => a - b),
      things,
    );
  });
});
