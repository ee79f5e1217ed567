import assert from "node:assert/strict";
import { it } from "node:test";
import supertest from "supertest";
import { testApp } from "../../../test/support/test-app.ts";
import { noIssuer } from "../../../test/support/test-config.ts";

it("GET /v1/ names the API, its version and where to go, and each link leads somewhere", async () => {
  const app = testApp(noIssuer);
  const { status, body } = await supertest(app).get("/v1/");
  assert.equal(status, 200);
  assert.equal(body.name, "lambda-express-api");
  assert.match(body.version, /^\d+\.\d+\.\d+/);
  for (const link of Object.values<string>(body.links)) {
    assert.equal((await supertest(app).get(link)).status, 200, link);
  }
});
