import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startTestIssuer, type TestIssuer, testApp } from "@lambda-express-api/kit/testing";
import supertest from "supertest";
import { api } from "../../api.ts";
import { groupRefusal } from "../../group-refusal.ts";

interface Endpoint {
  readonly method: string;
  readonly path: string;
  readonly name: string;
}

describe("GET /v1/admin/endpoints", () => {
  let issuer: TestIssuer;
  before(async () => {
    issuer = await startTestIssuer();
  });
  after(() => issuer.close());

  const list = (groups: readonly string[], environment = {}) =>
    supertest(testApp(api, { issuer, environment }))
      .get("/v1/admin/endpoints")
      .set("authorization", issuer.bearer(groups));

  it("lists every endpoint, whatever its method, with who may call it", async () => {
    const { status, body } = await list(["ADMINS"]);
    assert.equal(status, 200);
    const endpoints: readonly Endpoint[] = body.endpoints;
    const listed = endpoints.map(({ method, path }) => `${method} ${path}`);
    for (const key of Object.keys(api.routes)) assert.ok(listed.includes(key.replace(/\/$/, "")), key);
    assert.deepEqual(
      endpoints.find(({ name }) => name === "listEndpoints"),
      {
        path: "/v1/admin/endpoints",
        name: "listEndpoints",
        method: "GET",
        summary: "Lists every endpoint with its access rule.",
        access: { type: "authenticated", groups: ["ADMINS"], scopes: [] },
      },
    );
  });

  it("does not list disabled endpoints", async () => {
    const { body } = await list(["ADMINS"], { AUTH_ENDPOINTS: "off" });
    assert.ok(!body.endpoints.some(({ path }: Endpoint) => path.startsWith("/v1/auth")));
  });

  it("tells a user why it refuses", async () => {
    const { status, body } = await list(["USERS"]);
    assert.equal(status, 403);
    const reason = groupRefusal(["ADMINS"], ["USERS"]);
    assert.deepEqual(body, {
      error: {
        code: "002401",
        title: "Unauthorized",
        message: "Access unauthorized",
        reason,
        requestId: body.error.requestId,
      },
      message: reason,
    });
  });
});
