// `npm run screenshots` takes pictures of the docs pages of this repository's API, for the README.

import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { local } from "../packages/api/src/local.ts";
import { whoAmI } from "../packages/api/src/routes/users/who-am-i.ts";
import {
  findChromium,
  launchChromium,
  openPage,
  type WatchedPage,
} from "../packages/local/test/browser/chromium.ts";
import { startWorld } from "../packages/local/test/browser/world.ts";

type Browser = Awaited<ReturnType<typeof launchChromium>>;
type Page = WatchedPage["page"];

const FOLDER = new URL("../docs/images/", import.meta.url);
const API = fileURLToPath(new URL("../packages/api", import.meta.url));

async function take(
  browser: Browser,
  name: string,
  url: string,
  options: Parameters<typeof openPage>[2],
  prepare: (page: Page) => Promise<void>,
): Promise<void> {
  const { page, close } = await openPage(browser, [url], { reducedMotion: "reduce", ...options });
  await page.goto(url);
  await prepare(page);
  await page.mouse.move(0, 0);
  await page.screenshot({
    path: fileURLToPath(new URL(`${name}.png`, FOLDER)),
    animations: "disabled",
    caret: "hide",
  });
  await close();
}

async function callAsAdmin(page: Page): Promise<void> {
  await page.getByRole("button", { name: local.callers.admin.email }).click();
  await page.getByText("Signed in as").waitFor();
  await page.locator("#listEndpoints").getByRole("button").click();
  await page.locator("#listEndpoints output:not([hidden])").waitFor();
  await page.evaluate("scrollTo(0, 0)");
}

async function tryItOutAsAdmin(page: Page): Promise<void> {
  await page.click(".btn.authorize");
  await page.fill("#oauth_username", local.callers.admin.email);
  await page.fill("#oauth_password", local.callers.admin.password);
  await page.getByRole("button", { name: "Apply given OAuth2 credentials" }).click();
  await page.getByRole("button", { name: "Remove authorization" }).waitFor();
  await page.getByRole("button", { name: "Close" }).click();
  const operation = page.locator('.opblock[id$="-listEndpoints"]');
  await operation.locator(".opblock-summary-control").click();
  await operation.getByRole("button", { name: "Execute" }).click();
  await operation.locator(".live-responses-table").waitFor();
  await operation.evaluate((element) => element.scrollIntoView());
}

function lookAtRefusal(baseUrl: string) {
  return async (page: Page) => {
    await fetch(baseUrl + whoAmI.path);
    await page.locator("#requests > li", { hasText: "refused" }).first().click();
  };
}

const executable = findChromium();
if (!executable) throw new Error("Chromium is not installed; install it, or set CHROMIUM to a browser.");
mkdirSync(FOLDER, { recursive: true });
const world = await startWorld(API, ["behind a mapping key"]);
const browser = await launchChromium(executable);
const url = world.baseUrls["behind a mapping key"];
await take(browser, "landing-page", `${url}/v1`, { viewport: { width: 1000, height: 760 } }, callAsAdmin);
await take(
  browser,
  "landing-page-phone",
  `${url}/v1`,
  { viewport: { width: 390, height: 760 }, colorScheme: "dark" },
  callAsAdmin,
);
await take(
  browser,
  "swagger-ui",
  `${url}/v1/docs`,
  { viewport: { width: 1000, height: 760 } },
  tryItOutAsAdmin,
);
await take(
  browser,
  "inspector",
  world.inspectorUrl,
  { viewport: { width: 1000, height: 760 } },
  lookAtRefusal(url),
);
await browser.close();
await world.close();
