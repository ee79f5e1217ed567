import assert from "node:assert/strict";
import { it } from "node:test";
import { testApp } from "@lambda-express-api/kit/testing";
import supertest from "supertest";
import { api } from "../../api.ts";

it("GET /v1/notes lists the notes in the database", async () => {
  const database = { query: async () => ({ rows: [{ text: "milk" }] }) };
  const { status, body, headers } = await supertest(testApp(api, { services: { database } })).get(
    "/v1/notes",
  );
  assert.equal(status, 200);
  assert.deepEqual(body, { notes: ["milk"] });
  assert.match(String(headers["x-request-count"]), /^\d+$/);
});
