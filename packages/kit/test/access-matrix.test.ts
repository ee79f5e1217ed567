/** Who may call what, in both runtimes without a gateway. */
import { after, before, describe } from "node:test";
import { describeAccessMatrix } from "../src/testing/access-suite.ts";
import { startTestIssuer, type TestIssuer } from "../src/testing/test-issuer.ts";
import { appTarget, handlerTarget, type Way } from "../src/testing/targets.ts";

describe("access matrix", () => {
  let issuer: TestIssuer;
  const ways: Way[] = [];
  before(async () => {
    issuer = await startTestIssuer();
    // Nothing listens there: a public endpoint that asks the identity provider answers 503, and not 401.
    const environment = {
      FIREBASE_IDENTITY_TOOLKIT_URL: "http://127.0.0.1:1",
      FIREBASE_SECURE_TOKEN_URL: "http://127.0.0.1:1",
    };
    ways.push(appTarget({ issuer, environment }), handlerTarget({ issuer, environment }));
  });
  after(async () => {
    for (const way of ways) await way.close();
    await issuer.close();
  });

  describeAccessMatrix(() => ({ issuer, ways }));
});
