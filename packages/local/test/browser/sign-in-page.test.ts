// Tests sign-in at the provider's page in a real browser, in each dress that has a page: from Swagger UI and the landing page,
// behind a mapping key, behind a stage and in the container. Without a browser these tests are left out.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { MEMBERS } from "../api-folder.ts";
import { local } from "../fixtures/members/src/local.ts";
import { findChromium, launchChromium } from "./chromium.ts";
import { startWorld, type World } from "./world.ts";

const { admin, user } = local.callers;
/** The addresses that test Swagger UI; the provider is the same at each. */
const ROOTS = {
  auth0: ["behind a mapping key", "behind a stage, at an address", "in the container"],
  cognito: ["behind a mapping key"],
  oidc: ["in the container"],
} as const;

const executable = findChromium();
if (executable) {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium(executable);
  });
  after(() => browser?.close());

  for (const provider of ["auth0", "cognito", "oidc"] as const) {
    describe(`sign-in at the page of ${provider}`, () => {
      let world: World;
      before(async () => {
        // The provider offers only its page: no password goes through the API.
        process.env.AUTH_ENDPOINTS = "off";
        world = await startWorld(MEMBERS, provider);
      });
      after(() => world?.close());

      for (const root of ROOTS[provider]) {
        it(`signs an admin in from Swagger UI, ${root}, and survives a reload`, async () => {
          const { page, faults, close } = await open(browser, `${world.baseUrls[root]}/v1/docs`);
          await page.waitForSelector(".opblock");
          await authorize(page, admin.email);
          assert.equal(await tryItOut(page, "listEndpoints"), 200);
          await page.reload();
          await page.waitForSelector(".opblock");
          assert.equal(await tryItOut(page, "listEndpoints"), 200);
          assert.deepEqual(faults, []);
          await close();
        });
      }

      it("signs in and out from the landing page", async () => {
        const { page, faults, close } = await open(browser, `${world.baseUrls["behind a mapping key"]}/v1`);
        const button = page.getByRole("button", { name: "Sign in" });
        await choose(page, user.email, () => button.click());
        await page.getByText("Signed in. The calls below are yours now.").waitFor();
        assert.match(await call(page, "getMe"), /^200\n[\s\S]*"USERS"/);
        assert.match(await call(page, "listEndpoints"), /^403\n/);
        await button.click();
        await page.getByText("Not signed in.").waitFor();
        assert.match(await call(page, "getMe"), /^401\n/);
        assert.deepEqual(faults, []);
        await close();
      });
    });
  }

  describe("sign-in with a password, at Firebase", () => {
    let world: World;
    before(async () => {
      process.env.AUTH_ENDPOINTS = "on";
      world = await startWorld(MEMBERS, "firebase");
    });
    after(() => world?.close());

    it("survives a reload of Swagger UI, which keeps the token but not the password", async () => {
      const { page, close } = await open(browser, `${world.baseUrls["behind a mapping key"]}/v1/docs`);
      await page.waitForSelector(".opblock");
      await page.click(".btn.authorize");
      const dialog = page.locator(".auth-container");
      await dialog.locator("#oauth_username").fill(admin.email);
      await dialog.locator("#oauth_password").fill(admin.password);
      await dialog.getByRole("button", { name: "Apply given OAuth2 credentials" }).click();
      await dialog.getByRole("button", { name: "Remove authorization" }).waitFor();
      const { oauth2 } = JSON.parse(await page.evaluate<string>("localStorage.authorized"));
      assert.match(oauth2.token.access_token, /^ey/);
      assert.deepEqual([oauth2.username, "password" in oauth2], [admin.email, false]);
      await page.reload();
      await page.waitForSelector(".opblock");
      assert.equal(await tryItOut(page, "listEndpoints"), 200);
      await close();
    });
  });
} else if (process.env.CI) {
  throw new Error("Continuous integration needs Chromium: apt-get install chromium");
}

async function open(browser: Browser, url: string) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    const isRefusedCall = /status of (401|403) /.test(message.text());
    if (message.type() === "error" && !isRefusedCall) faults.push(message.text());
  });
  await page.goto(url);
  return { page, faults, close: () => context.close() };
}

/** Presses a caller's button in the window that `opening` opens. The window then closes by itself. */
async function choose(page: Page, email: string, opening: () => Promise<void>): Promise<void> {
  const [popup] = await Promise.all([page.waitForEvent("popup"), opening()]);
  const closed = popup.waitForEvent("close");
  await popup.getByRole("button", { name: email }).click();
  await closed;
}

async function authorize(page: Page, email: string): Promise<void> {
  await page.click(".btn.authorize");
  const dialog = page.locator(".auth-container");
  for (const field of ["client_id_authorizationCode", "client_secret_authorizationCode"])
    assert.equal(await dialog.locator(`#${field}`).isVisible(), false, "the form asks for a client");
  await choose(page, email, () =>
    dialog.getByRole("button", { name: "Apply given OAuth2 credentials" }).click(),
  );
  await dialog.getByRole("button", { name: "Remove authorization" }).waitFor();
  await dialog.getByRole("button", { name: "Close" }).click();
}

async function tryItOut(page: Page, operationId: string): Promise<number> {
  const operation = page.locator(`.opblock[id$="-${operationId}"]`);
  if (!(await operation.getAttribute("class"))?.includes("is-open"))
    await operation.locator(".opblock-summary-control").click();
  await operation.getByRole("button", { name: "Execute" }).click();
  const status = operation.locator(".live-responses-table .response-col_status").last();
  return Number.parseInt(await status.innerText(), 10);
}

async function call(page: Page, operationId: string): Promise<string> {
  const article = page.locator(`#${operationId}`);
  const answered = page.waitForResponse((response) => response.url().includes("/v1"));
  await article.getByRole("button", { name: "Call it" }).click();
  await answered;
  await article.locator("button:enabled").waitFor();
  return article.locator("output").innerText();
}
