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

/** The browser's path, or `undefined` if none is installed. */
export function findChromium(): string | undefined {
  return PLACES.find((place) => place !== undefined && existsSync(place));
}

/** Starts the browser. It resolves only `localhost`. */
export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      "--disable-gpu",
      // Fewer processes: each takes as long to start as a page.
      "--in-process-gpu",
      "--disable-site-isolation-trials",
      // A page's code runs too seldom for V8's optimizing compiler to save what it costs.
      "--js-flags=--no-opt",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    ],
  });
}

export interface WatchedPage {
  readonly page: Page;
  /** Faults so far: console errors, and requests to other origins. */
  readonly faults: readonly string[];
  /** Lets the page call these URLs' origins too. */
  allow(urls: readonly string[]): void;
  close(): Promise<void>;
}

/**
 * Opens an empty page in a new profile, which costs as much as a page of the API itself, and records its faults.
 *
 * @param urls the page may call only these URLs' origins.
 */
export async function openPage(
  browser: Browser,
  urls: readonly string[],
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const faults: string[] = [];
  const origins = new Set<string>();
  const allow: WatchedPage["allow"] = (urls) => {
    for (const url of urls) origins.add(new URL(url).origin);
  };
  allow(urls);
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("request", (request) => {
    const to = new URL(request.url());
    if (to.protocol !== "data:" && !origins.has(to.origin))
      faults.push(`request to another origin: ${request.url()}`);
  });
  page.on("console", (message) => {
    if (message.type() === "error" && !isRefusedCall(message.text())) {
      faults.push(`console: ${message.text()} (${message.location().url})`);
    }
  });
  return { page, faults, allow, close: () => context.close() };
}

/** The browser logs refused requests, which some tests expect. */
function isRefusedCall(text: string): boolean {
  return /^Failed to load resource: the server responded with a status of (401|403) /.test(text);
}
