import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { testApp } from "@lambda-express-api/kit/testing/test-app.ts";
import { startTestIssuer, type TestIssuer } from "@lambda-express-api/kit/testing/test-issuer.ts";
import supertest from "supertest";

describe("GET /v1/users/whoami", () => {
  let issuer: TestIssuer;
  before(async () => {
    issuer = await startTestIssuer();
  });
  after(() => issuer.close());

  const whoAmI = (claims: Record<string, unknown>) =>
    supertest(testApp(issuer)).get("/v1/users/whoami").auth(issuer.sign(claims), { type: "bearer" });

  it("returns the caller with the types that the token has", async () => {
    const claims = issuer.claims(["USERS", "with a blank"], { scope: "read write", level: 3 });
    const { status, body, headers } = await whoAmI(claims);
    assert.equal(status, 200);
    assert.deepEqual(body, {
      subject: "alice",
      groups: ["USERS", "with a blank"],
      scopes: ["read", "write"],
      claims,
    });
    assert.equal(headers["cache-control"], "no-store");
  });

  it("refuses a caller of another group in the original's words", async () => {
    const { status, body } = await whoAmI(issuer.claims(["GUESTS"]));
    assert.equal(status, 403);
    assert.equal(body.error.code, "002401");
    assert.equal(body.error.reason, "Only ['USERS', 'ADMINS'] can access this endpoint");
    assert.equal(body.message, body.error.reason);
  });

  it("refuses a caller without any group in the original's words", async () => {
    const { status, body } = await whoAmI(issuer.claims(undefined));
    assert.equal(status, 403);
    assert.equal(
      body.error.reason,
      "The endpoint has authorization check and the caller does not belong to any groups",
    );
  });
});
