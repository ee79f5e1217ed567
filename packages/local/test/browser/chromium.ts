/** A real browser for tests: the Chromium that the system has, which sees nothing but this machine. */
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

/** A host of API Gateway's own, behind which a path begins with the stage. */
export const EXECUTE_API_HOST = "local12345.execute-api.eu-west-1.amazonaws.com";

/** Where the browser is, or `undefined` on a machine that has none. */
export function findChromium(): string | undefined {
  return PLACES.find((place) => place !== undefined && existsSync(place));
}

/**
 * Starts the browser. Every name but `localhost` and the gateway's own leads nowhere.
 *
 * @param trusted origins that count as secure, as they do in the cloud, where they are https.
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
  /** What should not have happened so far: errors in the console, and requests to another origin. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

/** Opens a page in a profile of its own, and watches what it does. */
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

/** The browser reports a refusal that a test has asked for. */
function isRefusedCall(text: string): boolean {
  return /^Failed to load resource: the server responded with a status of (401|403) /.test(text);
}
