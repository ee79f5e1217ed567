import assert from "node:assert/strict";
import { describe, it } from "node:test";
import supertest from "supertest";
import { fixtureApi } from "../../../test/fixtures/api.ts";
import { loadRoutes } from "../../enabled-routes.ts";
import { createHandler } from "../../lambda/create-handler.ts";
import type { HttpResult } from "../../lambda/event-adapter.ts";
import { createLog } from "../../log.ts";
import { publicPath } from "../../request/request-path.ts";
import { lambdaContext, payloadEvent } from "../../testing/payload-event.ts";
import { testApp } from "../../testing/test-app.ts";
import { testEnvironment } from "../../testing/test-environment.ts";

const CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
const DEMO = { DEMO_CALLERS: "alice@example.com:not-secret" };

describe("GET /v1/", () => {
  it("names the API, its version and where to go, and each link works", async () => {
    const app = testApp(fixtureApi);
    const { status, body } = await supertest(app).get("/v1/");
    assert.equal(status, 200);
    assert.equal(body.name, fixtureApi.name);
    assert.equal(body.version, fixtureApi.version);
    assert.equal(body.commit, "development");
    assert.deepEqual(Object.keys(body.links), ["health", "openapi", "docs", "redoc"]);
    for (const link of Object.values<string>(body.links)) {
      assert.equal((await supertest(app).get(link)).status, 200, link);
    }
  });

  for (const [accept, type] of [
    [CHROME, "text/html"],
    ["text/html", "text/html"],
    ["text/html, */*", "text/html"],
    ["application/json;q=0.5, text/html", "text/html"],
    ["*/*", "application/json"],
    ["application/json, text/plain, */*", "application/json"],
    ["application/json, text/html", "application/json"],
    ["text/html;q=0", "application/json"],
    ["image/png", "application/json"],
  ] as const) {
    it(`is ${type} for accept: ${accept}`, async () => {
      const { headers } = await supertest(testApp(fixtureApi)).get("/v1/").set("accept", accept);
      assert.ok(headers["content-type"]?.startsWith(type));
      assert.match(String(headers.vary), /^accept(, accept-encoding)?$/);
    });
  }

  const pageOf = async (environment = {}, headers = {}) =>
    (
      await supertest(testApp(fixtureApi, { environment }))
        .get("/v1")
        .set({ accept: CHROME, ...headers })
    ).text;

  it("is a page with every endpoint: its method, its path, one sentence, and who may call it", async () => {
    const page = (await pageOf()).replaceAll("&#39;", "'");
    for (const { method, path, summary, operationId } of await loadRoutes(fixtureApi)) {
      const [article = ""] = new RegExp(`<article id="${operationId}">.*?</article>`, "s").exec(page) ?? [];
      assert.ok(article.includes(`>${method}</span> <code>${publicPath(path)}</code>`), operationId);
      assert.ok(article.includes(summary), operationId);
    }
    assert.match(page, /<article id="listEndpoints">.*?for ADMINS/s);
    assert.match(page, /<article id="getHealth">.*?for anyone/s);
  });

  it("is a page without inline scripts or styles, whose files are this API's own", async () => {
    const page = await pageOf({ AWS_API_GW_MAPPING_KEY: "express" });
    assert.doesNotMatch(page, /<script(?![^>]*src)|<style|\son\w+=|\sstyle=/);
    const files = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = ""]) => url);
    assert.ok(files.length > 5);
    for (const file of files) assert.match(file, /^\/express\/v1\//);
  });

  it("writes curl lines for the host that it was reached at, and never for one claimed in a header", async () => {
    const spoofed = { "x-forwarded-host": "evil.example.com", forwarded: "host=evil.example.com" };
    const page = await pageOf(
      { TRUSTED_PROXY_HOPS: "1" },
      { ...spoofed, "x-forwarded-proto": "https", host: "api.example.com" },
    );
    assert.match(page, /curl https:\/\/api\.example\.com\/v1\/health</);
    assert.doesNotMatch(page, /evil/);
    assert.match(
      await pageOf({}, { "x-forwarded-proto": "https", host: "h:81" }),
      /curl http:\/\/h:81\/v1\/health/,
    );
    assert.match(await pageOf({}, { host: "$(id)" }), /curl http:\/\/localhost:\d+\/v1\/health/);
  });

  it("takes the host from the gateway in Lambda, and not from the header", async () => {
    const handler = createHandler(fixtureApi, {
      environment: testEnvironment(fixtureApi, undefined, { RUNTIME: "LAMBDA" }),
      log: createLog(() => {}),
    });
    const event = payloadEvent(
      { method: "GET", path: "/v1", headers: { accept: CHROME, host: "evil.example.com" } },
      { domainName: "api.example.com", stage: "$default" },
    );
    const { body } = (await handler(event, lambdaContext())) as HttpResult;
    assert.match(body, /curl https:\/\/api\.example\.com\/v1\/health</);
    assert.doesNotMatch(body, /evil/);
  });

  it("offers demo callers only if a local stack names them", async () => {
    assert.doesNotMatch(await pageOf(), /<button/);
    const page = await pageOf(DEMO);
    assert.match(page, /<button[^>]*>alice@example\.com<\/button>/);
    assert.match(page, /-F username=alice@example\.com -F password=not-secret/);
    assert.doesNotMatch(await pageOf({ ...DEMO, AUTH_ENDPOINTS: "off" }), /alice|not-secret/);
  });

  it("is always JSON where the docs are switched off", async () => {
    const app = testApp(fixtureApi, { environment: { DOCS: "off" } });
    const { body } = await supertest(app).get("/v1/").set("accept", CHROME);
    assert.deepEqual(Object.keys(body.links), ["health", "openapi"]);
  });
});
