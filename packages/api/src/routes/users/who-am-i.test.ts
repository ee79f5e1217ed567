import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startTestIssuer, type TestIssuer, testApp } from "@lambda-express-api/kit/testing";
import supertest from "supertest";
import { api } from "../../api.ts";
import { groupRefusal } from "../../group-refusal.ts";

describe("GET /v1/users/whoami", () => {
  let issuer: TestIssuer;
  before(async () => {
    issuer = await startTestIssuer();
  });
  after(() => issuer.close());

  it("returns the caller, with the types that the token has", async () => {
    const claims = issuer.claims(["USERS", "with a space"], { scope: "read write", level: 3 });
    const { status, body } = await supertest(testApp(api, { issuer }))
      .get("/v1/users/whoami")
      .auth(issuer.sign(claims), { type: "bearer" });
    assert.equal(status, 200);
    assert.deepEqual(body, {
      subject: "alice",
      groups: ["USERS", "with a space"],
      scopes: ["read", "write"],
      claims,
    });
  });

  it("tells callers in no group, or in another one, why it refuses", async () => {
    const app = testApp(api, { issuer });
    for (const groups of [undefined, ["GUESTS"]]) {
      const reason = groupRefusal(["USERS", "ADMINS"], groups ?? []);
      const { status, body } = await supertest(app)
        .get("/v1/users/whoami")
        .set("authorization", issuer.bearer(groups));
      assert.equal(status, 403);
      assert.deepEqual([body.error.code, body.error.reason, body.message], ["002401", reason, reason]);
    }
  });
});
