import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { enabledRoutes } from "@lambda-express-api/kit/enabled-routes.ts";
import type { Page } from "playwright-core";
import { api } from "../fixtures/members/src/api.ts";
import type { WatchedPage } from "./chromium.ts";
import { call } from "./landing-page.ts";
import { illegibleParts } from "./legibility.ts";

const routes = await enabledRoutes(api, { authEndpoints: true, docs: true });

/**
 * Tests that the landing page works at this base URL.
 *
 * @param thorough whether to test the keyboard, a phone's width and a browser without scripts too.
 */
export function describeLandingPage(
  look: () => { readonly watched: WatchedPage; readonly baseUrl: string },
  { thorough = false }: { readonly thorough?: boolean } = {},
): void {
  describe("the landing page", () => {
    let page: Page;
    before(async () => {
      const { watched, baseUrl } = look();
      page = watched.page;
      await page.goto(`${baseUrl}/v1`);
    });

    const signIn = async (email: string) => {
      await page.getByRole("button", { name: email }).click();
      await page.getByText(`Signed in as ${email}.`).waitFor();
    };

    it("shows every endpoint, with a curl line for this address", async () => {
      for (const { operationId } of routes) {
        const line = await page.locator(`#${operationId} code`).last().innerText();
        assert.ok(line.startsWith("curl ") && line.includes(`${look().baseUrl}/v1`), line);
      }
    });

    it("calls endpoints without signing in, and as the chosen demo caller", async () => {
      assert.match(await call(page, "getHealth"), /^200\n/);
      assert.match(await call(page, "getMe"), /^401\n/);
      await signIn("user@example.com");
      assert.ok(await page.locator("#getMe output").isHidden(), "the earlier answer was another caller's");
      assert.match(await call(page, "getMe"), /^200\n[\s\S]*"USERS"/);
      assert.match(
        await call(page, "listEndpoints"),
        /^403\n[\s\S]*Only members of ADMINS may call this endpoint/,
      );
      await signIn("admin@example.com");
      assert.match(await call(page, "listEndpoints"), /^200\n[\s\S]*"\/v1\/me"/);
      await signIn("nobody@example.com");
      assert.match(await call(page, "getMe"), /^403\n/);
      await page.getByRole("button", { name: "nobody@example.com" }).click();
      await page.getByText("Not signed in.").waitFor();
      assert.match(await call(page, "getMe"), /^401\n/);
    });

    if (thorough) {
      it("works with the keyboard alone", async () => {
        await page.getByRole("link", { name: "OpenAPI" }).focus();
        await page.keyboard.press("Tab");
        await page.keyboard.press("Enter");
        await page.getByText("Signed in as admin@example.com.").waitFor();
        const focused = await page.evaluate("document.activeElement.textContent");
        assert.equal(focused, "admin@example.com", "the focus stays");
      });

      it("fits a phone, and is legible in light and dark mode", async () => {
        const desktop = page.viewportSize();
        await page.setViewportSize({ width: 320, height: 640 });
        const papers = [];
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          assert.deepEqual(await illegibleParts(page), []);
          papers.push(await page.evaluate("getComputedStyle(document.body).backgroundColor"));
        }
        if (desktop) await page.setViewportSize(desktop);
        assert.deepEqual(papers, ["rgb(251, 251, 249)", "rgb(23, 25, 26)"]);
      });

      it("is readable without scripts, and then hides its buttons", async () => {
        const session = await page.context().newCDPSession(page);
        const switchScripts = async (off: boolean) => {
          await session.send("Emulation.setScriptExecutionDisabled", { value: off });
          await page.reload();
        };
        await switchScripts(true);
        try {
          assert.ok(await page.locator("#listEndpoints code").last().isVisible());
          assert.equal(await page.locator("button:visible").count(), 0);
        } finally {
          await switchScripts(false);
        }
        assert.notEqual(await page.locator("button:visible").count(), 0);
      });
    }

    it("links to the docs pages", async () => {
      for (const name of ["Swagger UI", "ReDoc", "OpenAPI"]) {
        const href = await page.getByRole("link", { name }).getAttribute("href");
        assert.equal(await page.evaluate(async (url) => (await fetch(url)).status, href ?? ""), 200, name);
      }
    });

    it("makes no request to another origin and logs no error", () => {
      assert.deepEqual(look().watched.faults, []);
    });
  });
}
