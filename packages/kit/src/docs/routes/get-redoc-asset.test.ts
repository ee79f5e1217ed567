import assert from "node:assert/strict";
import { it } from "node:test";
import supertest from "supertest";
import { testApp } from "../../testing/test-app.ts";
import { noIssuer } from "../../testing/test-environment.ts";

it("GET /v1/redoc/{asset} returns a file of ReDoc, and nothing else", async () => {
  const app = testApp(noIssuer);
  const { status, headers } = await supertest(app).get("/v1/redoc/redoc.standalone.js");
  assert.equal(status, 200);
  assert.equal(headers["content-type"], "text/javascript; charset=utf-8");
  assert.equal((await supertest(app).get("/v1/redoc/swagger-ui.css")).status, 404);
});

it("ReDoc's script names no other host that it would fetch from", async () => {
  const { text } = await supertest(testApp(noIssuer)).get("/v1/redoc/redoc.standalone.js").buffer(true);
  assert.doesNotMatch(text, /cdn\.redoc\.ly/);
});
