import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { openPage, type WatchedPage } from "./chromium.ts";
import { illegibleParts } from "./legibility.ts";

/** Tests that the gateway's inspector shows the docs pages' requests. */
export function describeInspector(
  world: () => { readonly browser: Browser; readonly baseUrl: string; readonly inspectorUrl: string },
): void {
  describe("the gateway's inspector", () => {
    let watched: WatchedPage;
    before(async () => {
      const { browser, inspectorUrl } = world();
      const permissions = ["clipboard-read", "clipboard-write"];
      watched = await openPage(browser, [inspectorUrl], { permissions });
    });
    after(() => watched?.close());

    it("shows past requests, and new ones as they arrive, legibly and on a phone too", async () => {
      const { baseUrl, inspectorUrl } = world();
      const { page } = watched;
      await page.goto(inspectorUrl);
      const request = (text: string) => page.locator("#requests > li", { hasText: text }).first();

      const before = await fetch(`${baseUrl}/v1/docs`);
      await before.body?.cancel();
      await request("/v1/docs").waitFor();

      assert.equal((await fetch(`${baseUrl}/v1/me`)).status, 401);
      const refused = request("/v1/me");
      await refused.waitFor();
      assert.match(await refused.locator("summary").innerText(), /401[\s\S]*refused/);

      await refused.locator("summary").click();
      await page.setViewportSize({ width: 320, height: 640 });
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await illegibleParts(page), [], colorScheme);
      }
      assert.deepEqual(watched.faults, []);
    });

    it("finds a request by its id, status and route, shows its time and its log, and copies it as curl", async () => {
      const { baseUrl, inspectorUrl } = world();
      const { headers } = await fetch(`${baseUrl}/v1/me?sought=1`, {
        headers: { "x-request-id": "my-own-id-1" },
      });
      const id = headers.get("apigw-requestid") ?? "";
      const { page } = watched;
      await page.setViewportSize({ width: 1280, height: 720 });
      await page.goto(inspectorUrl);
      const rows = page.locator("#requests > li:visible");
      const sought = rows.filter({ hasText: "sought=1" });
      await sought.waitFor();
      for (const text of ["401", "GET /v1/me", "my-own-id-1", id]) {
        await page.locator("#filter").fill(text);
        assert.equal(await sought.count(), 1, text);
      }
      assert.equal(await rows.count(), 1);
      await sought.locator("summary").click();
      assert.match(await sought.locator(".log-lines").innerText(), new RegExp(`"requestId":"${id}"`));
      const spans = sought.locator(".waterfall > li > span:first-child");
      assert.deepEqual(await spans.allInnerTexts(), ["gateway", "authorizer"]);
      const gateway = await sought.locator(".waterfall > li > div > div").first().boundingBox();
      assert.ok((gateway?.width ?? 0) > 100, "its bar is as wide as the request was long");
      await sought.getByRole("button", { name: "Copy as curl" }).click();
      const copied = await page.evaluate<string>("navigator.clipboard.readText()");
      assert.match(copied, /^curl -i -X GET 'http:\S+\/v1\/me\?sought=1' /);
      assert.deepEqual(watched.faults, []);
    });
  });
}
