import assert from "node:assert/strict";
import { it } from "node:test";
import { fixtureApi } from "../../test/fixtures/api.ts";
import { enabledRoutes } from "../enabled-routes.ts";
import { anyone } from "../route/access.ts";
import { defineRoute } from "../route/define-route.ts";
import { testConfig } from "../testing/test-environment.ts";
import { landingPage } from "./landing-page.ts";
import { openApiDocument } from "./openapi.ts";

const { features, ...config } = testConfig(fixtureApi);
const { name, version, description } = fixtureApi;
const options = { name, version, description, prefix: "/v1", config, origin: "http://h", basePath: "/b" };

it("the landing page escapes all text", () => {
  const route = defineRoute({
    operationId: "getThing",
    method: "GET",
    path: "/v1/things/{thingId}",
    summary: `A <b onload="x()">bold</b> 'thing' & more.`,
    request: (z) => ({ params: z.object({ thingId: z.string().meta({ example: "<i>" }) }) }),
    responses: (z) => ({ 200: { description: "Done.", schema: z.null() } }),
  }).handler(anyone(async () => ({ status: 200, body: null })));
  const page = landingPage({
    ...options,
    name: "notes <api>",
    version: "1.0.0-<s>",
    description: '"<u>"',
    routes: [route],
    basePath: `/a"b`,
  });
  assert.doesNotMatch(page, /<(b|i|s|u|api)>|<b |="[^"]*a"b/);
  assert.match(page, /A &lt;b onload=&quot;x\(\)&quot;&gt;bold&lt;\/b&gt; &#39;thing&#39; &amp; more\./);
});

it("the landing page says where $TOKEN comes from, with the token endpoints and without", async () => {
  const page = async (authEndpoints: boolean) =>
    landingPage({ ...options, routes: await enabledRoutes(fixtureApi, { ...features, authEndpoints }) });
  assert.match(await page(true), / http:\/\/h\/b\/v1\/auth\/token\)\nTOKEN=\$\(/);
  assert.match(await page(false), /<code>\$TOKEN<\/code> is an access token from your identity provider/);
  assert.doesNotMatch(await page(false), /v1\/auth\/token/);
});

it("the landing page has the API's name in its title, and its files below the API's prefix", () => {
  const page = landingPage({ ...options, prefix: "/api", routes: [] });
  assert.match(page, /<title>fixture-api<\/title>/);
  assert.match(page, /<h1>fixture-api <small>1\.2\.3<\/small><\/h1>\n<p>An API for tests\.<\/p>/);
  const links = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = ""]) => link);
  assert.equal(links.length, 6);
  for (const link of links) assert.match(link, /^\/b\/api\//);
});

it("the landing page writes the root's path as the gateway serves it", async () => {
  const page = landingPage({ ...options, routes: await enabledRoutes(fixtureApi, features) });
  assert.match(page, /<code>\/v1<\/code>/);
  assert.doesNotMatch(page, /\/v1\/[<"]/);
});

it("the landing page marks a container-only endpoint, and has no button for it", () => {
  const route = (only?: "container") =>
    defineRoute({
      operationId: "watch",
      method: "GET",
      path: "/v1/watch",
      summary: "Watches.",
      ...(only && { only }),
      responses: (z) => ({ 200: { description: "It.", schema: z.null() } }),
    }).handler(anyone(async () => ({ status: 200, body: null })));
  const page = (only?: "container") =>
    landingPage({
      ...options,
      config: { demoCallers: [{ username: "a", password: "b" }] },
      routes: [route(only)],
    });
  assert.match(page("container"), /Watches\. <strong>Only in a container\.<\/strong> <span/);
  assert.doesNotMatch(page("container"), /Send request/);
  assert.doesNotMatch(page(), /container/);
  assert.match(page(), /Send request/);
});

it("the landing page and the OpenAPI document list the API's own endpoints before those of the docs pages", async () => {
  const routes = await enabledRoutes(fixtureApi, features);
  const isOfDocs = (path: string) => routes.some((route) => route.role === "docs" && route.path === path);
  const { paths = {} } = await openApiDocument({ api: fixtureApi, routes, config, basePath: "" });
  const listed = [...landingPage({ ...options, routes }).matchAll(/<article id="(\w+)"/g)].map(
    ([, id]) => routes.find(({ operationId }) => operationId === id)?.path ?? "",
  );
  for (const order of [Object.keys(paths), listed].map((paths) => paths.map(isOfDocs))) {
    assert.ok(order.includes(true) && order.includes(false));
    assert.deepEqual(order, order.toSorted());
  }
});
