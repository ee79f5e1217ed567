// Tests an API's docs pages in a real browser, in both runtimes. Without a browser these tests are left out, but not in
// continuous integration.

import { after, before, describe } from "node:test";
import type { Browser } from "playwright-core";
import { MEMBERS } from "../api-folder.ts";
import { findChromium, launchChromium, openPage, type WatchedPage } from "./chromium.ts";
import { describeInspector } from "./describe-inspector.ts";
import { describeLandingPage } from "./describe-landing-page.ts";
import { describeRedoc } from "./describe-redoc.ts";
import { describeSameFiles } from "./describe-same-files.ts";
import { describeSignInPage } from "./describe-sign-in-page.ts";
import { describeSwaggerUi } from "./describe-swagger-ui.ts";
import { type Root, startWorld, type World } from "./world.ts";

const ROOTS = ["behind a mapping key", "in the container"] as const;

const executable = findChromium();
if (executable) {
  let browser: Browser;
  let world: World<Root>;
  before(async () => {
    browser = await launchChromium(executable);
    world = await startWorld(MEMBERS, ROOTS);
  });
  after(async () => {
    await browser?.close();
    await world?.close();
  });

  for (const root of ROOTS) {
    describe(root, () => {
      // One page for everything at this address, because each new page compiles the scripts again.
      let watched: WatchedPage;
      before(async () => {
        watched = await openPage(browser, [world.baseUrls[root]]);
      });
      after(() => watched?.close());
      const look = () => ({ watched, baseUrl: world.baseUrls[root] });

      if (root === "behind a mapping key") {
        describeSwaggerUi(look);
        describeRedoc(look);
        describeLandingPage(look, { thorough: true });
        describeSameFiles(
          () => world.baseUrls[root],
          () => world.baseUrls["in the container"],
        );
        describeInspector(() => ({
          browser,
          baseUrl: world.baseUrls[root],
          inspectorUrl: world.inspectorUrl,
        }));
        describeSignInPage(() => watched, { provider: "auth0", root, swaggerUi: "and reload" });
      } else {
        // The browser is slow: this address only tests what depends on the address. Swagger UI knows nothing of the provider.
        describeLandingPage(look);
        describeSignInPage(() => watched, { provider: "cognito", root, swaggerUi: "once" });
        describeSignInPage(() => watched, { provider: "oidc", root });
      }
    });
  }
} else if (process.env.CI) {
  throw new Error("Continuous integration needs Chromium: apt-get install chromium");
} else {
  console.log(
    "Browser tests were left out: install Chromium, or set CHROMIUM to a browser, and run npm test again.",
  );
}
