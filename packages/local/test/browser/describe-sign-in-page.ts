import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { IdentityProviderName } from "@lambda-express-api/kit/identity/identity-preset.ts";
import type { Page } from "playwright-core";
import { MEMBERS } from "../api-folder.ts";
import { local } from "../fixtures/members/src/local.ts";
import type { WatchedPage } from "./chromium.ts";
import { describeSameFiles } from "./describe-same-files.ts";
import { call } from "./landing-page.ts";
import { authorize, pressAuthorize, reload, tryItOut } from "./swagger-ui.ts";
import { type Root, startWorld, type World } from "./world.ts";

const { admin, user } = local.callers;

/**
 * Tests that the docs pages sign in at the provider's page.
 *
 * @param swaggerUi whether to sign in from Swagger UI too, and to reload it before Try it out.
 */
export function describeSignInPage(
  watched: () => WatchedPage,
  {
    provider,
    root,
    swaggerUi,
  }: { provider: IdentityProviderName; root: Root; swaggerUi?: "once" | "and reload" },
): void {
  describe(`sign-in at the page of ${provider}`, () => {
    let world: World<Root>;
    let page: Page;
    before(async () => {
      // The provider offers only its page: no password goes through the API.
      process.env.AUTH_ENDPOINTS = "off";
      world = await startWorld(MEMBERS, [root], provider);
      watched().allow([world.baseUrls[root], world.identityUrl]);
      page = watched().page;
    });
    after(async () => {
      delete process.env.AUTH_ENDPOINTS;
      await world?.close();
    });

    if (swaggerUi)
      it(`signs an admin in from Swagger UI${swaggerUi === "and reload" ? ", and survives a reload" : ""}`, async () => {
        await page.goto(`${world.baseUrls[root]}/v1/docs`);
        await page.waitForSelector(".opblock");
        await authorize(page, async (dialog) => {
          for (const field of ["client_id_authorizationCode", "client_secret_authorizationCode"])
            assert.equal(await dialog.locator(`#${field}`).isVisible(), false, "the form asks for a client");
          await choose(page, admin.email, () => pressAuthorize(dialog));
        });
        if (swaggerUi === "and reload") await reload(page);
        assert.equal((await tryItOut(page, "listEndpoints")).status, 200);
        assert.deepEqual(watched().faults, []);
      });

    it("signs in and out from the landing page", async () => {
      await page.goto(`${world.baseUrls[root]}/v1`);
      const button = page.getByRole("button", { name: "Sign in" });
      await choose(page, user.email, () => button.click());
      await page.getByText("Signed in. The requests below now use your token.").waitFor();
      assert.match(await call(page, "getMe"), /^200\n[\s\S]*"USERS"/);
      assert.match(await call(page, "listEndpoints"), /^403\n/);
      await button.click();
      await page.getByText("Not signed in.").waitFor();
      assert.match(await call(page, "getMe"), /^401\n/);
      assert.deepEqual(watched().faults, []);
    });

    if (root === "behind a mapping key") describeSameFiles(() => world.baseUrls[root]);
  });
}

/** Presses a caller's button in the window that `opening` opens. The window then closes by itself. */
async function choose(page: Page, email: string, opening: () => Promise<void>): Promise<void> {
  const [popup] = await Promise.all([page.waitForEvent("popup"), opening()]);
  const closed = popup.waitForEvent("close");
  await popup.getByRole("button", { name: email }).click();
  await closed;
}
