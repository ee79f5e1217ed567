// The docs pages of an API in a real browser, in both runtimes. Where there is no browser, nothing of this is a test;
// continuous integration must have one.

import { after, before, describe } from "node:test";
import type { Browser } from "playwright-core";
import { MEMBERS } from "../api-folder.ts";
import { findChromium, launchChromium } from "./chromium.ts";
import { describeInspector } from "./describe-inspector.ts";
import { describeLandingPage } from "./describe-landing-page.ts";
import { describeRedoc } from "./describe-redoc.ts";
import { describeSwaggerUi } from "./describe-swagger-ui.ts";
import { ROOTS, startWorld, type World } from "./world.ts";

const executable = findChromium();
if (executable) {
  describe("in a browser", () => {
    let world: World;
    let browser: Browser;
    before(async () => {
      world = await startWorld(MEMBERS);
      const origins = Object.values(world.baseUrls).map((url) => new URL(url).origin);
      browser = await launchChromium(executable, origins);
    });
    after(async () => {
      await browser?.close();
      await world?.close();
    });

    for (const root of ROOTS) {
      describe(root, () => {
        const look = () => ({ browser, baseUrl: world.baseUrls[root] });
        // The browser takes its time: elsewhere only what depends on where the API is.
        const thorough = root === "behind a mapping key";
        describeSwaggerUi(look, thorough);
        describeRedoc(look, thorough);
        describeLandingPage(look, thorough);
      });
    }
    describeInspector(() => ({
      browser,
      baseUrl: world.baseUrls["behind a mapping key"],
      inspectorUrl: world.inspectorUrl,
    }));
  });
} else if (process.env.CI) {
  throw new Error("Continuous integration needs Chromium: apt-get install chromium");
} else {
  console.log(
    "Browser tests were left out: install Chromium, or name one in CHROMIUM, and run npm test again.",
  );
}
