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

it("ReDoc's script names no other host to fetch from", async () => {
  const { text } = await supertest(testApp(fixtureApi)).get("/v1/redoc/redoc.standalone.js").buffer(true);
  assert.doesNotMatch(text, /cdn\.redoc\.ly/);
});

it("ReDoc's page takes its title from the document, with stubs for the browser and ReDoc", async (t) => {
  const { text } = await supertest(testApp(fixtureApi)).get("/v1/redoc/redoc-init.js").buffer(true);
  t.after(() => {
    for (const name of ["document", "Redoc", "matchMedia"]) Reflect.deleteProperty(globalThis, name);
  });
  const document = { info: { title: "fixture-api" } };
  for (const [answer, title, given] of [
    [async () => Response.json(document), "fixture-api · ReDoc", document],
    [async () => Response.json({ message: "Not Found" }), "ReDoc", { message: "Not Found" }],
    [async () => Promise.reject(new TypeError("There is no network")), "ReDoc", "openapi.json"],
  ] as const) {
    const page = { title: "ReDoc", getElementById: (id: string) => `<${id}>` };
    const init = t.mock.fn();
    const { mock } = t.mock.method(globalThis, "fetch", answer);
    const matchMedia = () => ({ matches: false, addEventListener() {} });
    Object.assign(globalThis, { document: page, Redoc: { init }, matchMedia });
    // Each import has a different address, because a module runs once.
    await import(`data:text/javascript,${encodeURIComponent(`${text}// ${title} ${JSON.stringify(given)}`)}`);
    assert.deepEqual(mock.calls[0]?.arguments, ["openapi.json"]);
    assert.equal(page.title, title);
    const [shown, options, element] = init.mock.calls[0]?.arguments ?? [];
    assert.deepEqual(shown, given);
    assert.equal(options.downloadDefinitionUrl, "openapi.json");
    assert.equal(element, "<redoc>");
  }
});
