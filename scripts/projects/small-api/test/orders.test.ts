import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  accessSuite,
  appTarget,
  handlerTarget,
  startTestIssuer,
  testApp,
} from "@lambda-express-api/kit/testing";
import { gatewayTarget } from "@lambda-express-api/local/testing";
import supertest from "supertest";
import { api } from "../src/api.ts";

describe("GET /v1/orders/{orderId}", () => {
  let issuer: Awaited<ReturnType<typeof startTestIssuer>>;
  before(async () => {
    issuer = await startTestIssuer();
  });
  after(() => issuer.close());

  it("responds to STAFF", async () => {
    const { status, body } = await supertest(testApp(api, { issuer }))
      .get("/v1/orders/7")
      .set("authorization", issuer.bearer(["STAFF"]));
    assert.deepEqual([status, body], [200, { orderId: 7 }]);
  });
});

await accessSuite(api, [appTarget, handlerTarget, gatewayTarget({ through: "stage" })]);
