import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { catalogue } from "./catalogue.ts";

const PAGES = new URL("../../../../docs/errors/", import.meta.url);

describe("the catalogue of errors", () => {
  for (const [code, { status, title }] of Object.entries(catalogue)) {
    it(`${code} ends with its status and has a page that says title and status`, () => {
      assert.equal(code.slice(3), String(status));
      const page = readFileSync(new URL(`${code}.md`, PAGES), "utf8");
      assert.ok(page.startsWith(`# ${code} ${title}\n\nHTTP status ${status}`), page.slice(0, 80));
    });
  }

  it("has no page for a code that does not exist", () => {
    const pages = readdirSync(PAGES).filter((file) => file !== "README.md");
    assert.deepEqual(
      pages.sort(),
      Object.keys(catalogue)
        .map((code) => `${code}.md`)
        .sort(),
    );
  });
});
