/** A real browser for tests: the system's Chromium, without access to other machines. */
import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const PLACES = [
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** A host name of API Gateway, where a path starts with the stage. */
export const EXECUTE_API_HOST = "local12345.execute-api.eu-west-1.amazonaws.com";

/** The browser's path, or `undefined` if none is installed. */
export function findChromium(): string | undefined {
  return PLACES.find((place) => place !== undefined && existsSync(place));
}

/**
 * Starts the browser. It resolves only `localhost` and the gateway's host name.
 *
 * @param trusted origins to treat as secure, because they use https in the cloud.
 */
export function launchChromium(executablePath: string, trusted: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      `--host-resolver-rules=MAP ${EXECUTE_API_HOST} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1`,
      `--unsafely-treat-insecure-origin-as-secure=${trusted.join(",")}`,
    ],
  });
}

export interface WatchedPage {
  readonly page: Page;
  /** Faults so far: console errors, and requests to other origins. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

/** Opens a page in a new profile and records its faults. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const faults: string[] = [];
  const { origin } = new URL(url);
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("request", (request) => {
    const isOwn = new URL(request.url()).origin === origin || request.url().startsWith("data:");
    if (!isOwn) faults.push(`request to another origin: ${request.url()}`);
  });
  page.on("console", (message) => {
    if (message.type() === "error" && !isRefusedCall(message.text())) {
      faults.push(`console: ${message.text()} (${message.location().url})`);
    }
  });
  await page.goto(url);
  return { page, faults, close: () => context.close() };
}

/** The browser logs refused requests, which some tests expect. */
function isRefusedCall(text: string): boolean {
  return /^Failed to load resource: the server responded with a status of (401|403) /.test(text);
}
