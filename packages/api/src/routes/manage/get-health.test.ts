import assert from "node:assert/strict";
import { it } from "node:test";
import { testApp } from "@lambda-express-api/kit/testing";
import supertest from "supertest";
import { api } from "../../api.ts";
import { HEALTH_STATUS } from "./get-health.ts";

it("GET /v1/manage/hc tells anyone that the API is up", async () => {
  const { status, body } = await supertest(testApp(api)).get("/v1/manage/hc");
  assert.equal(status, 200);
  assert.deepEqual(body, { status: HEALTH_STATUS });
});
