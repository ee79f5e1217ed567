/** The pages in `docs/errors`, compared with the kit's catalogue. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { catalogue } from "../src/errors/catalogue.ts";

const PAGES = new URL("../../../docs/errors/", import.meta.url);

describe("the pages of errors", () => {
  for (const [code, { status, title }] of Object.entries(catalogue)) {
    it(`${code} has a page with its title and status`, () => {
      const page = readFileSync(new URL(`${code}.md`, PAGES), "utf8");
      assert.ok(page.startsWith(`# ${code} ${title}\n\nHTTP status ${status}`), page.slice(0, 80));
    });
  }

  it("describe only codes that exist", () => {
    const pages = readdirSync(PAGES).filter((file) => file !== "README.md");
    assert.deepEqual(
      pages.sort(),
      Object.keys(catalogue)
        .map((code) => `${code}.md`)
        .sort(),
    );
  });
});
