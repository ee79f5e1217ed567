import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { catalogue } from "./catalogue.ts";

describe("the catalogue of errors", () => {
  for (const [code, { status }] of Object.entries(catalogue))
    it(`${code} ends with its status`, () => assert.equal(code.slice(3), String(status)));
});
