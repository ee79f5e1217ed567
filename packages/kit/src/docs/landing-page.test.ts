import assert from "node:assert/strict";
import { it } from "node:test";
import { noIssuer, testConfig } from "../testing/test-environment.ts";
import { anyone } from "../route/access.ts";
import { defineRoute } from "../route/define-route.ts";
import { landingPage } from "./landing-page.ts";

it("the landing page shows text as text, whatever is in it", () => {
  const route = defineRoute({
    operationId: "getThing",
    method: "GET",
    path: "/v1/things/{thingId}",
    summary: `A <b onload="x()">bold</b> 'thing' & more.`,
    request: (z) => ({ params: z.object({ thingId: z.string().meta({ example: "<i>" }) }) }),
    responses: (z) => ({ 200: { description: "Done.", schema: z.null() } }),
  }).handler(anyone(async () => ({ status: 200, body: null })));
  const page = landingPage({
    about: { name: "lambda-express-api", version: "1.0.0-<s>", description: '"<u>"' },
    routes: [route],
    config: testConfig(noIssuer),
    origin: "http://h",
    basePath: `/a"b`,
  });
  assert.doesNotMatch(page, /<(b|i|s|u)>|<b |="[^"]*a"b/);
  assert.match(page, /A &lt;b onload=&quot;x\(\)&quot;&gt;bold&lt;\/b&gt; &#39;thing&#39; &amp; more\./);
});

it("the landing page says where $TOKEN comes from, with AUTH_ENDPOINTS and without", () => {
  const page = (authEndpoints: string) =>
    landingPage({
      about: { name: "lambda-express-api", version: "1.0.0", description: "An API." },
      routes: [],
      config: testConfig(noIssuer, { AUTH_ENDPOINTS: authEndpoints }),
      origin: "http://h",
      basePath: "",
    });
  assert.match(page("on"), /\nTOKEN=\$\(/);
  assert.match(page("off"), /<code>\$TOKEN<\/code> is a token of your identity provider/);
  assert.doesNotMatch(page("off"), /v1\/auth\/token/);
});

it("the landing page writes the root's path as the gateway answers it", () => {
  const route = defineRoute({
    operationId: "getRoot",
    method: "GET",
    path: "/v1/",
    summary: "Says what this API is.",
    responses: (z) => ({ 200: { description: "Done.", schema: z.null() } }),
  }).handler(anyone(async () => ({ status: 200, body: null })));
  const about = { name: "lambda-express-api", version: "1.0.0", description: "d" } as const;
  const config = testConfig(noIssuer);
  const page = landingPage({ about, routes: [route], config, origin: "http://h", basePath: "/b" });
  assert.match(page, /<code>\/v1<\/code>/);
  assert.doesNotMatch(page, /\/v1\/[<"]/);
});
