import assert from "node:assert/strict";
import { it } from "node:test";
import supertest from "supertest";
import { fixtureApi } from "../../../test/fixtures/api.ts";
import { testApp } from "../../testing/test-app.ts";

it("GET /v1/redoc/{asset} returns a file of ReDoc, and nothing else", async () => {
  const app = testApp(fixtureApi);
  const { status, headers } = await supertest(app).get("/v1/redoc/redoc.standalone.js");
  assert.equal(status, 200);
  assert.equal(headers["content-type"], "text/javascript; charset=utf-8");
  assert.equal((await supertest(app).get("/v1/redoc/swagger-ui.css")).status, 404);
});

it("ReDoc's script names no other host that it would fetch from", async () => {
  const { text } = await supertest(testApp(fixtureApi)).get("/v1/redoc/redoc.standalone.js").buffer(true);
  assert.doesNotMatch(text, /cdn\.redoc\.ly/);
});
