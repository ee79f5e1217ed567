import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startTestIssuer, type TestIssuer, testApp } from "@lambda-express-api/kit/testing";
import supertest from "supertest";
import { api } from "../../api.ts";

describe("GET /v1/orders/{orderId}", () => {
  let issuer: TestIssuer;
  before(async () => {
    issuer = await startTestIssuer();
  });
  after(() => issuer.close());

  for (const [title, rows, status] of [
    ["answers the order that the database has", [{ total: 7 }], 200],
    ["answers 404 for an order that it does not have", [], 404],
  ] as const) {
    it(title, async () => {
      const database = { query: async () => ({ rows }) };
      const response = await supertest(testApp(api, { issuer, services: { database } }))
        .get("/v1/orders/1")
        .set("authorization", issuer.bearer(["USERS"]));
      assert.equal(response.status, status);
      assert.equal(response.headers["x-orders"], "1");
    });
  }
});
