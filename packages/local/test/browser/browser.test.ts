// Tests an API's docs pages in a real browser, in both runtimes. Without a browser these tests are left out, but not in
// continuous integration.

import { after, before, describe } from "node:test";
import type { Browser } from "playwright-core";
import { MEMBERS } from "../api-folder.ts";
import { findChromium, launchChromium, openPage, type WatchedPage } from "./chromium.ts";
import { describeInspector } from "./describe-inspector.ts";
import { describeLandingPage } from "./describe-landing-page.ts";
import { describeRedoc } from "./describe-redoc.ts";
import { describeSignInPage } from "./describe-sign-in-page.ts";
import { describeStages } from "./describe-stages.ts";
import { describeSwaggerUi } from "./describe-swagger-ui.ts";
import { type Root, startWorld, type World } from "./world.ts";

const ROOTS = ["behind a mapping key", "in the container"] as const;

const executable = findChromium();
if (executable) {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium(executable);
  });
  after(() => browser?.close());

  describe("in a browser", () => {
    let world: World<Root>;
    before(async () => {
      world = await startWorld(MEMBERS, ROOTS);
    });
    after(() => world?.close());

    for (const root of ROOTS) {
      describe(root, () => {
        let watched: WatchedPage;
        before(async () => {
          watched = await openPage(browser, world.baseUrls[root]);
        });
        after(() => watched?.close());
        const look = () => ({ browser, watched, baseUrl: world.baseUrls[root] });
        // The browser is slow: the other address only tests what depends on the address.
        const thorough = root === "behind a mapping key";
        describeSwaggerUi(look, thorough);
        describeRedoc(look, thorough);
        describeLandingPage(look, thorough);
      });
    }
    describeStages(() => world.baseUrls["behind a mapping key"]);
    describeInspector(() => ({
      browser,
      baseUrl: world.baseUrls["behind a mapping key"],
      inspectorUrl: world.inspectorUrl,
    }));
  });

  describeSignInPage(() => browser, { provider: "auth0", root: "behind a mapping key", thorough: true });
  // A reload does not depend on the provider.
  describeSignInPage(() => browser, { provider: "cognito", root: "in the container" });
  describeSignInPage(() => browser, { provider: "oidc", root: "in the container" });
} else if (process.env.CI) {
  throw new Error("Continuous integration needs Chromium: apt-get install chromium");
} else {
  console.log(
    "Browser tests were left out: install Chromium, or set CHROMIUM to a browser, and run npm test again.",
  );
}
