// Tests the guide to `npm run contract`, and this repository's documents.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { compareDocuments } from "../packages/local/src/contract/compare-documents.ts";

const read = (file: string) => readFileSync(join(import.meta.dirname, "..", file), "utf8");

describe("The contract guide", () => {
  it("lists exactly the tested rules", () => {
    const page = read("docs/guides/contract.md");
    const section = page.slice(page.indexOf("## The rules"), page.indexOf("## Declare"));
    const rules = section.match(/(?<=^\| )[a-z][a-z ]*(?= \|)/gm);
    const source = read("packages/local/src/contract/compare-documents.test.ts");
    const tested = [...source.matchAll(/^ {2}"?([a-z][a-z ]*)"?: \[$/gm)].map(([, rule]) => rule);
    assert.deepEqual(rules?.sort(), ["operation", ...tested].sort());
  });
});

describe("The comparison of two OpenAPI documents", () => {
  for (const file of ["docs/openapi.json", "examples/orders/docs/openapi.json"])
    it(`finds no breaking change of ${file} against itself`, () => {
      const document = JSON.parse(read(file));
      assert.deepEqual(compareDocuments(document, structuredClone(document)), []);
    });
});
