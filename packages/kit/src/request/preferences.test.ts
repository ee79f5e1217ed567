import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { preferences } from "./preferences.ts";

describe("preferences", () => {
  for (const [header, expected] of [
    [undefined, {}],
    ["", {}],
    ["gzip, deflate, br", { gzip: 1, deflate: 1, br: 1 }],
    ["BR;q=0.5 , gzip ; Q=0", { br: 0.5, gzip: 0 }],
    ["text/html;level=1;q=0.4,*/*", { "text/html": 0.4, "*/*": 1 }],
    ["br;q=2, gzip;q=x, zstd;q=", { br: 0, gzip: 0, zstd: 0 }],
  ] as const) {
    it(`reads ${JSON.stringify(header)}`, () => {
      assert.deepEqual(Object.fromEntries(preferences(header)), expected);
    });
  }
});
