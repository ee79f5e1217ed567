import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { testApp } from "@lambda-express-api/kit/testing/test-app.ts";
import { startTestIssuer, type TestIssuer } from "@lambda-express-api/kit/testing/test-issuer.ts";
import supertest from "supertest";
import { routes } from "../routes.ts";

describe("GET /v1/admin/endpoints", () => {
  let issuer: TestIssuer;
  before(async () => {
    issuer = await startTestIssuer();
  });
  after(() => issuer.close());

  const list = (groups: readonly string[], environment = {}) =>
    supertest(testApp(issuer, { environment }))
      .get("/v1/admin/endpoints")
      .auth(issuer.sign(issuer.claims(groups)), { type: "bearer" });

  it("lists every endpoint, whatever its method, with who may call it", async () => {
    const { status, body } = await list(["ADMINS"]);
    assert.equal(status, 200);
    assert.equal(body.endpoints.length, routes.length);
    assert.deepEqual(
      body.endpoints.find((endpoint: { name: string }) => endpoint.name === "listEndpoints"),
      {
        path: "/v1/admin/endpoints",
        name: "listEndpoints",
        method: "GET",
        summary: "Lists every endpoint of this API and who may call it.",
        access: { type: "authenticated", groups: ["ADMINS"], scopes: [] },
      },
    );
  });

  it("does not list what is switched off", async () => {
    const { body } = await list(["ADMINS"], { AUTH_ENDPOINTS: "off" });
    assert.ok(!body.endpoints.some((endpoint: { path: string }) => endpoint.path.startsWith("/v1/auth")));
  });

  it("refuses a user in the original's words", async () => {
    const { status, body } = await list(["USERS"]);
    assert.equal(status, 403);
    assert.deepEqual(body, {
      error: {
        code: "002401",
        title: "Unauthorized",
        message: "Access unauthorized",
        reason: "Only ['ADMINS'] can access this endpoint",
        requestId: body.error.requestId,
      },
      message: "Only ['ADMINS'] can access this endpoint",
    });
  });
});
