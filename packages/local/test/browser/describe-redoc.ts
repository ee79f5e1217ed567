import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { enabledRoutes } from "@lambda-express-api/kit/enabled-routes.ts";
import { describeAccess } from "@lambda-express-api/kit/route/access.ts";
import type { Browser } from "playwright-core";
import { api } from "../fixtures/members/src/api.ts";
import { openPage, type WatchedPage } from "./chromium.ts";

const routes = await enabledRoutes(api, { authEndpoints: true, docs: true });

/**
 * Tests that ReDoc works at this base URL.
 *
 * @param thorough whether to test search and reload too.
 */
export function describeRedoc(
  world: () => { readonly browser: Browser; readonly baseUrl: string },
  thorough: boolean,
): void {
  describe("ReDoc", () => {
    let watched: WatchedPage;
    before(async () => {
      const { browser, baseUrl } = world();
      watched = await openPage(browser, `${baseUrl}/v1/redoc`);
      await watched.page.waitForSelector("h1");
    });
    after(() => watched.close());

    it("shows every operation, and who may call it", async () => {
      for (const { operationId, summary, access } of routes) {
        const section = watched.page.locator(`[data-section-id$="operation/${operationId}"]`).first();
        const text = await section.innerText();
        assert.ok(text.includes(summary), operationId);
        assert.ok(text.includes(`Who may call it: ${describeAccess(access)}.`), text);
      }
    });

    if (thorough) {
      it("finds an operation by a word", async () => {
        await watched.page.getByRole("textbox").fill("/me");
        await watched.page
          .getByRole("menuitem", { name: /Returns the caller/ })
          .first()
          .waitFor();
      });

      it("opens again from the browser's cache", async () => {
        await watched.page.reload();
        await watched.page.waitForSelector("h1");
      });
    }

    it("makes no request to another origin and logs no error", () => {
      assert.deepEqual(watched.faults, []);
    });
  });
}
