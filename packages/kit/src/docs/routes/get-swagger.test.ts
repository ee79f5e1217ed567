import assert from "node:assert/strict";
import { it } from "node:test";
import supertest from "supertest";
import { fixtureApi } from "../../../test/fixtures/api.ts";
import { testApp } from "../../testing/test-app.ts";

it("GET /v1/swagger.json returns the same document as GET /v1/openapi.json", async () => {
  const app = testApp(fixtureApi);
  const [swagger, openapi] = [
    await supertest(app).get("/v1/swagger.json"),
    await supertest(app).get("/v1/openapi.json"),
  ];
  assert.equal(swagger.status, 200);
  assert.deepEqual(swagger.body, openapi.body);
});
