import assert from "node:assert/strict";
import { it, mock } from "node:test";
import supertest from "supertest";
import { apiOf } from "../../test/fixtures/api.ts";
import { anyone } from "../route/access.ts";
import { defineRoute } from "../route/define-route.ts";
import { service } from "../services.ts";
import { testApp } from "./test-app.ts";

const failing = defineRoute({
  operationId: "getFailing",
  method: "GET",
  path: "/failing",
  summary: "Fails.",
  responses: (z) => ({ 200: { description: "An answer.", schema: z.string() } }),
}).handler(
  anyone(async () => {
    throw new Error("the reason");
  }),
);

it("testApp refuses a replacement of a service that the API does not have, and names the existing ones", () => {
  const api = apiOf([], { services: { database: service({ create: () => ({}) }) } });
  assert.throws(() => testApp(api, { services: { databse: {} } }), {
    name: "TypeError",
    message: "The API has no service databse; its services: database",
  });
  testApp(api, { services: { database: {} } });
});

it("testApp prints on stderr why it returns 500, unless a test takes its lines", async (t) => {
  const written = mock.method(process.stderr, "write", () => true);
  t.after(() => written.mock.restore());
  await supertest(testApp(apiOf([failing]), { write: () => {} }))
    .get("/failing")
    .expect(500);
  assert.equal(written.mock.callCount(), 0);
  await supertest(testApp(apiOf([failing])))
    .get("/failing")
    .expect(500);
  const lines = written.mock.calls.map((call) => String(call.arguments[0]));
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /the reason/);
});
