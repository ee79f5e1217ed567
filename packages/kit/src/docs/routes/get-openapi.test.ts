import assert from "node:assert/strict";
import { it } from "node:test";
import supertest from "supertest";
import { apiOf, fixtureApi, getHealth } from "../../../test/fixtures/api.ts";
import { testApp } from "../../testing/test-app.ts";
import { docsRoutes } from "../docs-routes.ts";

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

it("GET /v1/openapi.json makes the document once per app, also for simultaneous callers", async () => {
  let made = 0;
  const responses: typeof getHealth.responses = (z) => {
    made += 1;
    return getHealth.responses(z);
  };
  const { routes } = apiOf([{ ...getHealth, responses }]);
  const api = apiOf([], { routes: { ...routes, ...docsRoutes({ prefix: "/v1" }) } });
  const app = testApp(api).listen(0, "127.0.0.1");
  const get = (path: string) => supertest(app).get(path);
  const [first, ...others] = await Promise.all(
    ["/v1/openapi.json", "/v1/openapi.json", "/v1/swagger.json"].map(get),
  );
  const last = await get("/v1/openapi.json");
  app.close();
  const madeInAll = made;
  await supertest(testApp(api)).get("/v1/openapi.json");
  assert.ok(first?.body.paths["/v1/health"]);
  for (const { text } of [...others, last]) assert.equal(text, first?.text);
  assert.equal(made, 2 * madeInAll);
});

it("GET /v1/openapi.json tries again after a document that could not be made", async () => {
  let isBroken = true;
  const responses: typeof getHealth.responses = (z) => {
    if (isBroken) throw new Error("No such column");
    return getHealth.responses(z);
  };
  const { routes } = apiOf([{ ...getHealth, responses }]);
  const app = testApp(apiOf([], { routes: { ...routes, ...docsRoutes({ prefix: "/v1" }) } }), {
    write: () => {},
  });
  await supertest(app).get("/v1/openapi.json").expect(500);
  isBroken = false;
  await supertest(app).get("/v1/openapi.json").expect(200);
});
