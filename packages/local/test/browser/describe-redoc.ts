import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { enabledRoutes } from "@lambda-express-api/kit/enabled-routes.ts";
import { describeAccess } from "@lambda-express-api/kit/route/access.ts";
import type { Page } from "playwright-core";
import { api } from "../fixtures/members/src/api.ts";
import type { WatchedPage } from "./chromium.ts";
import { illegibleParts } from "./legibility.ts";

const routes = await enabledRoutes(api, { authEndpoints: true, docs: true });

/** Tests that ReDoc works at this base URL. */
export function describeRedoc(look: () => { readonly watched: WatchedPage; readonly baseUrl: string }): void {
  describe("ReDoc", () => {
    let page: Page;
    before(async () => {
      const { watched, baseUrl } = look();
      page = watched.page;
      await page.goto(`${baseUrl}/v1/redoc`);
      await page.waitForSelector("h1");
    });

    it("shows every operation, and who may call it", async () => {
      for (const { operationId, summary, access } of routes) {
        const section = page.locator(`[data-section-id$="operation/${operationId}"]`).first();
        const text = await section.innerText();
        assert.ok(text.includes(summary), operationId);
        assert.ok(text.includes(`Access: ${describeAccess(access)}.`), text);
      }
    });

    it("finds an operation by a word", async () => {
      await page.getByRole("textbox").fill("/me");
      await page
        .getByRole("menuitem", { name: /Returns the caller/ })
        .first()
        .waitFor();
    });

    it("follows the change to dark mode, which loads it again from the browser's cache, and is legible in both", async () => {
      const paper = () => page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
      assert.deepEqual(await illegibleParts(page), []);
      assert.equal(await paper(), "rgb(255, 255, 255)");
      const loaded = page.waitForEvent("load");
      await page.emulateMedia({ colorScheme: "dark" });
      await loaded;
      await page.waitForSelector("h1");
      assert.deepEqual(await illegibleParts(page), []);
      assert.equal(await paper(), "rgb(23, 25, 26)");
    });

    it("makes no request to another origin and logs no error", () => {
      assert.deepEqual(look().watched.faults, []);
    });
  });
}
