import assert from "node:assert/strict";
import { it } from "node:test";
import supertest from "supertest";
import { fixtureApi } from "../../../test/fixtures/api.ts";
import { testApp } from "../../testing/test-app.ts";

it("GET /v1/openapi.json returns an OpenAPI 3.1 document to anyone", async () => {
  const { status, body } = await supertest(testApp(fixtureApi)).get("/v1/openapi.json");
  assert.equal(status, 200);
  assert.equal(body.openapi, "3.1.0");
  assert.ok(body.paths["/v1/me"].get);
});

it("GET /v1/openapi.json does not mention endpoints that are switched off", async () => {
  const app = testApp(fixtureApi, { environment: { AUTH_ENDPOINTS: "off" } });
  const { body } = await supertest(app).get("/v1/openapi.json");
  assert.equal(body.paths["/v1/auth/token"], undefined);
});
