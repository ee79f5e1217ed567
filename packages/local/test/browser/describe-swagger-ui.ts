import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { enabledRoutes } from "@lambda-express-api/kit/enabled-routes.ts";
import { type Access, describeAccess } from "@lambda-express-api/kit/route/access.ts";
import type { Browser, Page } from "playwright-core";
import { api } from "../fixtures/members/src/api.ts";
import { local } from "../fixtures/members/src/local.ts";
import { openPage, type WatchedPage } from "./chromium.ts";

/** The browser needs seconds to highlight such a document, so other tests check these answers. */
const LONG_ANSWERS = ["getOpenapi", "getSwagger"];
/** All endpoints except the docs pages. */
const routes = (await enabledRoutes(api, { authEndpoints: true, docs: false })).filter(
  ({ operationId }) => !LONG_ANSWERS.includes(operationId),
);

const ONLY_ADMINS = "Only members of ADMINS may call this endpoint";

/** The status that each demo caller gets, and a text in the answer. */
const EXPECTED = [
  ["user", "getMe", 200, '"USERS"'],
  ["user", "listEndpoints", 403, ONLY_ADMINS],
  ["admin", "getMe", 200, '"ADMINS"'],
  ["admin", "listEndpoints", 200, "/v1/health"],
  ["nobody", "getMe", 403, "Only members of USERS or ADMINS may call this endpoint"],
  ["nobody", "listEndpoints", 403, ONLY_ADMINS],
] as const;

/** Statuses of endpoints that refuse Swagger UI's sample values. */
const OTHER_STATUSES: Readonly<Record<string, number>> = { refreshToken: 401 };

function isForAdmin(access: Access): boolean {
  if (access.type !== "authenticated") return access.type === "public";
  const { groups, scopes } = access;
  const isMember = groups.length === 0 || local.callers.admin.groups.some((group) => groups.includes(group));
  return isMember && scopes.length === 0;
}

/**
 * Tests that Swagger UI works at this base URL.
 *
 * @param thorough whether to try every endpoint as every caller.
 */
export function describeSwaggerUi(
  world: () => { readonly browser: Browser; readonly baseUrl: string },
  thorough: boolean,
): void {
  describe("Swagger UI", () => {
    let watched: WatchedPage;
    let page: Page;
    before(async () => {
      const { browser, baseUrl } = world();
      watched = await openPage(browser, `${baseUrl}/v1/docs`);
      page = watched.page;
      await page.waitForSelector(".opblock");
    });
    after(() => watched.close());

    for (const caller of thorough ? (["user", "admin", "nobody"] as const) : (["user"] as const)) {
      it(`signs ${caller} in, and Try it out respects that caller's rights`, async () => {
        await authorize(page, local.callers[caller]);
        for (const [who, operationId, status, text] of EXPECTED) {
          if (who !== caller) continue;
          const answer = await tryItOut(page, operationId);
          assert.equal(answer.status, status);
          assert.ok(answer.body.includes(text), answer.body);
        }
        await logout(page);
      });
    }

    if (thorough) {
      it("explains a failed sign-in, and shows the answer of Try it out unchanged", async () => {
        const dialog = await fillIn(page, { email: local.callers.user.email, password: "wrong" });
        const refusal = await dialog.locator(".errors").innerText();
        assert.match(refusal, /Unauthorized, error: INVALID_PASSWORD/);
        assert.doesNotMatch(refusal, /\[object/);
        await dialog.getByRole("button", { name: "Close" }).click();
        const { body } = await tryItOut(page, "refreshToken");
        assert.match(body, /"code": "\d{6}"/);
      });

      describeEveryOperation(
        () => page,
        () => world().baseUrl,
      );
    }

    it("makes no request to another origin and logs no error", () => {
      assert.deepEqual(watched.faults, []);
    });
  });
}

function describeEveryOperation(open: () => Page, baseUrl: () => string): void {
  it("shows every operation, and who may call it", async () => {
    for (const { operationId, access } of routes) {
      const operation = await openOperation(open(), operationId);
      const who = describeAccess(access);
      await operation.getByText(`Who may call it: ${who}`).waitFor();
    }
  });

  it("shows the documented error for a refused call", async () => {
    const operation = await openOperation(open(), "listEndpoints");
    const documented = operation.locator('.responses-table:not(.live-responses-table) [data-code="403"]');
    assert.match(await documented.innerText(), /002401/);
  });

  it("reaches every endpoint with Try it out, and is refused only where an admin may not call", async () => {
    await authorize(open(), local.callers.admin);
    for (const { operationId, access } of routes) {
      const { status, url } = await tryItOut(open(), operationId);
      const refusal = isForAdmin(access) ? OTHER_STATUSES[operationId] : 403;
      assert.ok(refusal ? status === refusal : status < 300, `${status} ${operationId} ${url}`);
      assert.ok(url.startsWith(`${baseUrl()}/v1`), url);
    }
  });
}

/** Requests a token in the dialog, and returns the dialog. */
async function fillIn(page: Page, { email, password }: { email: string; password: string }) {
  await page.click(".btn.authorize");
  const dialog = page.locator(".auth-container");
  assert.ok(await dialog.getByText(email).isVisible(), "the dialog names the demo callers");
  assert.ok(!(await dialog.locator("#client_id_password").isVisible()), "the form asks for a client");
  await dialog.locator("#oauth_username").fill(email);
  await dialog.locator("#oauth_password").fill(password);
  await dialog.getByRole("button", { name: "Apply given OAuth2 credentials" }).click();
  return dialog;
}

async function authorize(page: Page, caller: { email: string; password: string }): Promise<void> {
  const dialog = await fillIn(page, caller);
  await dialog.getByRole("button", { name: "Remove authorization" }).waitFor();
  await dialog.getByRole("button", { name: "Close" }).click();
}

async function logout(page: Page): Promise<void> {
  await page.click(".btn.authorize");
  const dialog = page.locator(".auth-container");
  await dialog.getByRole("button", { name: "Remove authorization" }).click();
  await dialog.getByRole("button", { name: "Close" }).click();
}

async function openOperation(page: Page, operationId: string) {
  const operation = page.locator(`.opblock[id$="-${operationId}"]`);
  if (!(await operation.getAttribute("class"))?.includes("is-open")) {
    await operation.locator(".opblock-summary-control").click();
  }
  await operation.locator(".opblock-body").waitFor();
  return operation;
}

async function tryItOut(page: Page, operationId: string) {
  const operation = await openOperation(page, operationId);
  const clear = operation.getByRole("button", { name: "Clear" });
  if (await clear.isVisible()) await clear.click();
  await operation.getByRole("button", { name: "Execute" }).click();
  const live = operation.locator(".live-responses-table");
  const status = await live.locator(".response-col_status").last().innerText();
  return {
    status: Number.parseInt(status, 10),
    url: (await operation.locator(".request-url pre").innerText()).trim(),
    body: await live.innerText(),
  };
}
