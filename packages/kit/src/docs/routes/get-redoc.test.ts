import assert from "node:assert/strict";
import { it } from "node:test";
import supertest from "supertest";
import { fixtureApi } from "../../../test/fixtures/api.ts";
import { testApp } from "../../testing/test-app.ts";

it("GET /v1/redoc is a page whose files are all served by this API and cached permanently", async () => {
  const app = testApp(fixtureApi);
  const page = await supertest(app).get("/v1/redoc");
  assert.equal(page.status, 200);
  assert.equal(page.headers["content-type"], "text/html; charset=utf-8");
  assert.equal(page.headers["cache-control"], "no-cache");
  const links = [...page.text.matchAll(/(?:src|href)=["']([^"']+)/g)].map(([, link = ""]) => link);
  assert.ok(links.length >= 3, page.text);
  for (const link of links) {
    const { status, headers } = await supertest(app).get(
      new URL(link, "http://host/v1/redoc").href.slice(11),
    );
    assert.equal(status, 200, link);
    assert.equal(headers["cache-control"], "public, max-age=31536000, immutable", link);
  }
});

it("GET /v1/redoc allows no inline scripts, and loads nothing from elsewhere", async () => {
  const { headers, text } = await supertest(testApp(fixtureApi)).get("/v1/redoc");
  const policy = headers["content-security-policy"] ?? "";
  assert.match(policy, /default-src 'none';script-src 'self';/);
  assert.doesNotMatch(policy, /script-src[^;]*unsafe|https?:/);
  assert.doesNotMatch(text, /<script(?![^>]*src)|\son\w+=|(?:src|href)=["']?(?:https?:)?\/\//);
});

it("GET /v1/redoc and its files do not exist where the docs are switched off", async () => {
  const app = testApp(fixtureApi, { environment: { DOCS: "off" } });
  for (const path of ["/v1/redoc", "/v1/redoc/redoc-init.js"]) {
    const { status, body } = await supertest(app).get(path);
    assert.equal(status, 404, path);
    assert.equal(body.error.reason, "There is no such endpoint", path);
  }
});
