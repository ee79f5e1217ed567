import assert from "node:assert/strict";
import { test } from "node:test";
import { type Inspect, rewrite } from "./rewrite.ts";

const replaceArrays =
  (text: string): Inspect =>
  ({ type, start, end }, _ancestors, replace) => {
    if (type === "ArrayExpression") replace(start, end, text);
  };

for (const text of ["", "none", "as long as all the lines"])
  test(`what follows a replaced part keeps its line and its column: a replacement of ${text.length} characters`, () => {
    for (const code of [
      "f([1, 2, 3, 4, 5, 6, 7, 8, 9, 0]); after;",
      "f([\n  1, 2,\n  3, 4, 5, 6, 7, 8, 9\n]); after;",
    ]) {
      const lines = rewrite(code, "script", replaceArrays(text)).split("\n");
      const expected = code.split("\n");
      assert.equal(lines.length, expected.length);
      assert.equal(lines.at(-1)?.indexOf("after"), expected.at(-1)?.indexOf("after"));
      assert.ok(lines[0]?.startsWith(`f(${text}`), lines[0]);
    }
  });
