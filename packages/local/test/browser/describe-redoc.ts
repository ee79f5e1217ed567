import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { enabledRoutes } from "@lambda-express-api/kit/enabled-routes.ts";
import { describeAccess } from "@lambda-express-api/kit/route/access.ts";
import type { Browser } from "playwright-core";
import { api } from "../fixtures/members/src/api.ts";
import { openPage, type WatchedPage } from "./chromium.ts";

const routes = await enabledRoutes(api, { authEndpoints: true, docs: true });

/**
 * Describes that ReDoc works at this base URL.
 *
 * @param thorough whether to search and to reload.
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
      it("finds an operation by a word of it", async () => {
        await watched.page.getByRole("textbox").fill("/me");
        await watched.page
          .getByRole("menuitem", { name: /Returns the caller/ })
          .first()
          .waitFor();
      });

      it("opens again from what the browser has kept", async () => {
        await watched.page.reload();
        await watched.page.waitForSelector("h1");
      });
    }

    it("has made no request to another origin, and no error", () => {
      assert.deepEqual(watched.faults, []);
    });
  });
}
