import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { lazyRecord } from "./lazy-record.ts";

describe("a lazy record", () => {
  const values = new Map([
    ["a", 1],
    ["b", 2],
  ]);
  let found: string[];
  let record: Readonly<Record<string, number>>;
  beforeEach(() => {
    found = [];
    record = lazyRecord(
      (key) => {
        found.push(key);
        return values.get(key);
      },
      () => [...values.keys()],
    );
  });

  it("looks up only what is read", () => {
    assert.deepEqual(found, []);
    assert.equal(record.b, 2);
    assert.deepEqual(found, ["b"]);
  });

  it("reads like an ordinary record", () => {
    assert.deepEqual(Object.keys(record), ["a", "b"]);
    assert.deepEqual(Object.entries(record), [...values]);
    assert.deepEqual({ ...record }, { a: 1, b: 2 });
    assert.deepEqual([Object.hasOwn(record, "a"), "a" in record], [true, true]);
  });

  it("has no other keys, not even those that every object inherits", () => {
    for (const key of ["c", "toString", "__proto__", "constructor"]) {
      assert.equal(record[key], undefined);
      assert.deepEqual([Object.hasOwn(record, key), key in record], [false, false]);
    }
  });

  it("cannot be changed", () => {
    const changeable = record as Record<string, number>;
    assert.throws(() => {
      changeable.a = 3;
    }, TypeError);
    assert.throws(() => {
      delete changeable.a;
    }, TypeError);
    assert.equal(record.a, 1);
  });
});
