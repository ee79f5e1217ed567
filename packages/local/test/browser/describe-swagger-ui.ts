import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { enabledRoutes } from "@lambda-express-api/kit/enabled-routes.ts";
import { type Access, describeAccess } from "@lambda-express-api/kit/route/access.ts";
import type { Locator, Page } from "playwright-core";
import { api } from "../fixtures/members/src/api.ts";
import { local } from "../fixtures/members/src/local.ts";
import type { WatchedPage } from "./chromium.ts";
import { illegibleParts } from "./legibility.ts";
import { authorize, execute, logout, pressAuthorize, reload, tryItOut, withOperation } from "./swagger-ui.ts";

/** The browser needs seconds to highlight such a document, so other tests check these answers. */
const LONG_ANSWERS = ["getOpenapi", "getSwagger"];
/** All endpoints except the docs pages. */
const routes = (await enabledRoutes(api, { authEndpoints: true, docs: false })).filter(
  ({ operationId }) => !LONG_ANSWERS.includes(operationId),
);

/** Texts in the answers that an admin gets. */
const OF_ADMIN: Readonly<Record<string, string>> = { getMe: '"ADMINS"', listEndpoints: "/v1/health" };

/** Statuses of endpoints that refuse Swagger UI's sample values. */
const OTHER_STATUSES: Readonly<Record<string, number>> = { refreshToken: 401 };

function isForAdmin(access: Access): boolean {
  if (access.type !== "authenticated") return access.type === "public";
  const { groups, scopes } = access;
  const isMember = groups.length === 0 || local.callers.admin.groups.some((group) => groups.includes(group));
  return isMember && scopes.length === 0;
}

/** Tests that Swagger UI works at this base URL. */
export function describeSwaggerUi(
  look: () => { readonly watched: WatchedPage; readonly baseUrl: string },
): void {
  describe("Swagger UI", () => {
    let page: Page;
    before(async () => {
      const { watched, baseUrl } = look();
      page = watched.page;
      await page.goto(`${baseUrl}/v1/docs`);
      await page.waitForSelector(".opblock");
    });

    it("signs a user in and out, and Try it out respects that caller's rights", async () => {
      await authorizeAs(page, local.callers.user);
      const allowed = await tryItOut(page, "getMe");
      assert.equal(allowed.status, 200);
      assert.ok(allowed.body.includes('"USERS"'), allowed.body);
      await withOperation(page, "listEndpoints", async (operation) => {
        const refused = await execute(operation);
        assert.equal(refused.status, 403);
        assert.ok(refused.body.includes("Only members of ADMINS may call this endpoint"), refused.body);
        const documented = operation.locator('.responses-table:not(.live-responses-table) [data-code="403"]');
        assert.match(await documented.innerText(), /002401/);
      });
      await logout(page);
      assert.equal((await tryItOut(page, "getMe")).status, 401);
    });

    it("fits a phone, and is legible in light and dark mode", async () => {
      const desktop = page.viewportSize();
      await page.setViewportSize({ width: 390, height: 800 });
      await withOperation(page, "createToken", async () => {
        assert.deepEqual(await illegibleParts(page), []);
        await page.evaluate("document.documentElement.classList.add('dark-mode')");
        assert.deepEqual(await illegibleParts(page), []);
        await page.evaluate("document.documentElement.classList.remove('dark-mode')");
      });
      if (desktop) await page.setViewportSize(desktop);
    });

    it("explains a failed sign-in, and shows the answer of Try it out unchanged", async () => {
      await page.click(".btn.authorize");
      const dialog = page.locator(".auth-container");
      await fillIn(dialog, { email: local.callers.user.email, password: "wrong" });
      const refusal = await dialog.locator(".errors").innerText();
      assert.match(refusal, /Unauthorized, error: INVALID_PASSWORD/);
      assert.doesNotMatch(refusal, /\[object/);
      await dialog.getByRole("button", { name: "Close" }).click();
      const { body } = await tryItOut(page, "refreshToken");
      assert.match(body, /"code": "\d{6}"/);
    });

    it("shows who may call each operation, reaches it with Try it out, and is refused only where an admin may not call", async () => {
      await authorizeAs(page, local.callers.admin);
      for (const { operationId, access } of routes) {
        await withOperation(page, operationId, async (operation) => {
          await operation.getByText(`Access: ${describeAccess(access)}`).waitFor();
          const { status, url, body } = await execute(operation);
          const refusal = isForAdmin(access) ? OTHER_STATUSES[operationId] : 403;
          assert.ok(refusal ? status === refusal : status < 300, `${status} ${operationId} ${url}`);
          assert.ok(url.startsWith(`${look().baseUrl}/v1`), url);
          assert.ok(body.includes(OF_ADMIN[operationId] ?? ""), body);
        });
      }
    });

    it("survives a reload, and keeps the token but not the password", async () => {
      const { oauth2 } = JSON.parse(await page.evaluate<string>("localStorage.authorized"));
      assert.match(oauth2.token.access_token, /^ey/);
      assert.deepEqual([oauth2.username, "password" in oauth2], [local.callers.admin.email, false]);
      await reload(page);
      assert.equal((await tryItOut(page, "listEndpoints")).status, 200);
    });

    it("makes no request to another origin and logs no error", () => {
      assert.deepEqual(look().watched.faults, []);
    });
  });
}

/** Requests a token in the dialog. */
async function fillIn(dialog: Locator, { email, password }: { email: string; password: string }) {
  assert.ok(await dialog.getByText(email).isVisible(), "the dialog names the demo callers");
  assert.ok(!(await dialog.locator("#client_id_password").isVisible()), "the form asks for a client");
  await dialog.locator("#oauth_username").fill(email);
  await dialog.locator("#oauth_password").fill(password);
  await pressAuthorize(dialog);
}

function authorizeAs(page: Page, caller: { email: string; password: string }): Promise<void> {
  return authorize(page, (dialog) => fillIn(dialog, caller));
}
