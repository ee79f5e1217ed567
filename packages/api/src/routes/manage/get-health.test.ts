import assert from "node:assert/strict";
import { it } from "node:test";
import { testApp } from "@lambda-express-api/kit/testing/test-app.ts";
import { noIssuer } from "@lambda-express-api/kit/testing/test-config.ts";
import supertest from "supertest";

it("GET /v1/manage/hc tells anyone that the API is up", async () => {
  const response = await supertest(testApp(noIssuer)).get("/v1/manage/hc");
  assert.equal(response.status, 200);
  assert.deepEqual(response.body, { status: "I'm sexy and I know It" });
});
