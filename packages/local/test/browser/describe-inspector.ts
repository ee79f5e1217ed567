import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { openPage } from "./chromium.ts";

/** Tests that the gateway's inspector shows the docs pages' requests. */
export function describeInspector(
  world: () => { readonly browser: Browser; readonly baseUrl: string; readonly inspectorUrl: string },
): void {
  describe("the gateway's inspector", () => {
    it("shows past requests, and new ones as they arrive", async () => {
      const { browser, baseUrl, inspectorUrl } = world();
      const { page, faults, close } = await openPage(browser, inspectorUrl);
      const request = (text: string) => page.locator("#requests > li", { hasText: text }).first();

      const before = await fetch(`${baseUrl}/v1/docs`);
      await before.body?.cancel();
      await request("/v1/docs").waitFor();

      assert.equal((await fetch(`${baseUrl}/v1/me`)).status, 401);
      const refused = request("/v1/me");
      await refused.waitFor();
      assert.match(await refused.locator("summary").innerText(), /401[\s\S]*refused/);
      assert.deepEqual(faults, []);
      await close();
    });
  });
}
