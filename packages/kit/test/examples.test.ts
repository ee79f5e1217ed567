/** What the guides' examples do, in both runtimes; behind the local gateway: packages/local/test/behind-gateway.test.ts. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import supertest from "supertest";
import { api } from "../examples/src/api.ts";
import { isSigned } from "../examples/src/routes/payments/is-signed.ts";
import { accessSuite } from "../src/testing/access-suite.ts";
import { openApiSuite } from "../src/testing/openapi-suite.ts";
import { paritySuite } from "../src/testing/parity-suite.ts";
import { appTarget, handlerTarget, serverTarget } from "../src/testing/targets.ts";
import { testApp } from "../src/testing/test-app.ts";
import { startTestIssuer } from "../src/testing/test-issuer.ts";
import { exampleCases } from "./support/example-cases.ts";
import { PNG } from "./support/probe-routes.ts";

const targets = [appTarget, handlerTarget, serverTarget];
await accessSuite(api, targets);
await openApiSuite(api, targets);
paritySuite(api, targets, exampleCases);

describe("the webhook's signature", () => {
  const body = Buffer.from("{}");
  const hmac = (time: string) => createHmac("sha256", "s").update(`${time}.{}`).digest("hex");

  it("counts for five minutes, before and after its time", () => {
    const header = `t=1000,v1=${hmac("1000")}`;
    for (const [now, isFine] of [
      [1000, true],
      [1300, true],
      [1301, false],
      [700, true],
      [699, false],
    ] as const)
      assert.equal(isSigned(body, header, "s", now), isFine, String(now));
  });

  it("does not count for another body, secret or time, nor without its parts", () => {
    assert.equal(isSigned(Buffer.from("{} "), `t=1000,v1=${hmac("1000")}`, "s", 1000), false);
    assert.equal(isSigned(body, `t=1000,v1=${hmac("1000")}`, "S", 1000), false);
    assert.equal(isSigned(body, `t=1001,v1=${hmac("1000")}`, "s", 1000), false);
    for (const header of ["", "t=1000", `v1=${hmac("")}`, `t=,v1=${hmac("")}`, `t=1e3,v1=${hmac("1e3")}`])
      assert.equal(isSigned(body, header, "s", 1000), false, header);
  });
});

it("a photo arrives with its name, type and bytes", async (t) => {
  const issuer = await startTestIssuer();
  t.after(() => issuer.close());
  const answer = await supertest(testApp(api, { issuer }))
    .put("/v1/products/tea/photo")
    .set("authorization", issuer.bearer(["STAFF"]))
    .attach("photo", PNG, { filename: "Grüße 写真.png", contentType: "image/png" });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(
    [answer.body.name, answer.body.type, answer.body.bytes],
    ["Grüße 写真.png", "image/png", PNG.length],
  );
});
