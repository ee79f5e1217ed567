// Tests an API's docs pages in a real browser, in both runtimes. Without a browser these tests are left out, but not in
// continuous integration.

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
        // The browser is slow: the other addresses only test what depends on the address.
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
    "Browser tests were left out: install Chromium, or set CHROMIUM to a browser, and run npm test again.",
  );
}
