import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type AliasRecord,
  canaryOf,
  hasPassed,
  readRecord,
  releasedTo,
  rolledBackTo,
  withoutCanary,
  writeRecord,
} from "./alias-record.ts";

const none: AliasRecord = { released: [], takenBack: [] };

describe("what the alias remembers", () => {
  for (const record of [
    none,
    { released: ["12"], takenBack: [] },
    { released: ["12", "10", "9"], takenBack: ["11"] },
    {
      released: ["12"],
      takenBack: ["11", "8"],
      canary: { version: "13", until: "2026-11-22T21:05:00.000Z" },
    },
  ]) {
    it(`is read as it was written: ${writeRecord(record) || "nothing"}`, () => {
      assert.deepEqual(readRecord(writeRecord(record)), record);
    });
  }

  for (const description of [
    "Moved by hand",
    "Released: .",
    "Released: 1 two.",
    "Released: 1. Canary: 2 until tomorrow.",
    " Released: 1.",
  ]) {
    it(`is nothing where somebody else wrote it: ${description}`, () => {
      assert.deepEqual(readRecord(description), none);
    });
  }

  it("fits into a description, whose oldest versions are forgotten, and never those callers have", () => {
    const many = Array.from({ length: 200 }, (_, index) => String(1200 - index));
    const written = writeRecord({ released: many, takenBack: many });
    assert.ok(written.length <= 256, written);
    const { released, takenBack } = readRecord(written);
    assert.deepEqual(takenBack, []);
    assert.ok(released.length > 40);
    assert.deepEqual(released, many.slice(0, released.length));
  });
});

describe("the alias's next target", () => {
  const record = readRecord("Released: 12 10 9. Taken back: 11.");

  it("after a release is the new version, before which came the present one", () => {
    assert.deepEqual(releasedTo(record, "13"), {
      version: "13",
      weights: {},
      description: "Released: 13 12 10 9. Taken back: 11.",
    });
    assert.equal(releasedTo(record, "11").description, "Released: 11 12 10 9.");
    assert.equal(releasedTo(record, "10").description, "Released: 10 12 9. Taken back: 11.");
  });

  it("after a rollback never leads forward to what was taken back", () => {
    const back = rolledBackTo(record, "10");
    assert.deepEqual([back.version, back.description], ["10", "Released: 10 9. Taken back: 12 11."]);
    const released = releasedTo(readRecord(back.description), "13");
    assert.equal(
      rolledBackTo(readRecord(released.description), "10").description,
      "Released: 10 9. Taken back: 13 12 11.",
    );
  });

  it("may be a version that was taken back, when somebody names it", () => {
    assert.equal(rolledBackTo(record, "11").description, "Released: 11 12 10 9.");
  });

  it("in a canary is the present version, with a part for the new one", () => {
    const until = "2026-11-22T21:05:00.000Z";
    const divided = canaryOf({ ...record, released: ["12", "10"] }, { version: "13", until, percent: 25 });
    assert.deepEqual([divided.version, divided.weights], ["12", { 13: 0.25 }]);
    const { version, weights, description } = withoutCanary(readRecord(divided.description));
    assert.deepEqual([version, weights, description], ["12", {}, "Released: 12 10. Taken back: 13 11."]);
  });

  it("has passed its check only if a release has said so", () => {
    for (const version of ["12", "10", "9", "11"]) assert.ok(hasPassed(record, version));
    for (const version of ["1", "13", "$LATEST", ""]) assert.ok(!hasPassed(record, version));
  });
});
