import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { OWN_PIPE_BYTES, SHARED_PIPE_BYTES, writeInBatches } from "./write-in-batches.ts";

describe("lines written in batches", () => {
  function start(maxBytes = SHARED_PIPE_BYTES) {
    const written: string[] = [];
    return { written, writer: writeInBatches((lines) => written.push(lines), maxBytes) };
  }

  it("are written together within a turn of the event loop, in their order", async () => {
    const { written, writer } = start();
    for (const line of ["a\n", "b\n", "c\n"]) writer.write(line);
    await nextTurn();
    writer.write("d\n");
    await nextTurn();
    assert.deepEqual(written, ["a\nb\nc\n", "d\n"]);
  });

  it("are never in a write that a pipe may mix with another's, unless one alone is as long", async () => {
    const { written, writer } = start();
    const lines = ["ä".repeat(1500), "b".repeat(1096), "c", "d".repeat(5000), "e"].map((line) => `${line}\n`);
    for (const line of lines) writer.write(line);
    await nextTurn();
    assert.deepEqual(
      written.map((batch) => Buffer.byteLength(batch)),
      [3001, 1099, 5001, 2],
    );
    assert.equal(written.join(""), lines.join(""));
  });

  it("are written as many as a pipe holds where no other process writes to it", async () => {
    const { written, writer } = start(OWN_PIPE_BYTES);
    const line = `${"a".repeat(999)}\n`;
    for (let count = 0; count < 100; count++) writer.write(line);
    await nextTurn();
    assert.deepEqual(
      written.map((batch) => batch.length),
      [65_000, 35_000],
    );
  });

  it("can be written at once, and then are not written again", async () => {
    const { written, writer } = start();
    writer.write("a\n");
    writer.flush();
    assert.deepEqual(written, ["a\n"]);
    await nextTurn();
    assert.deepEqual(written, ["a\n"]);
  });
});
