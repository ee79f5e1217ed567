import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { apiOf, fixtureApi } from "../../test/fixtures/api.ts";
import { ownerApi } from "../../test/fixtures/owner-api.ts";
import { probeRoutes } from "../../test/support/probe-routes.ts";
import type { Api } from "../api.ts";
import { enabledRoutes } from "../enabled-routes.ts";
import { testConfig } from "../testing/test-environment.ts";
import { documentedPath, openApiDocument } from "./openapi.ts";

const { features, ...config } = testConfig(fixtureApi);
const routes = await enabledRoutes(fixtureApi, features);

async function documentOf(api: Api, { basePath = "", authEndpoints = true } = {}) {
  const enabled = await enabledRoutes(api, { ...features, authEndpoints });
  return openApiDocument({ api, routes: enabled, config, basePath });
}

/** A licence is the owner's to choose. */
async function lint(document: object, rules: Readonly<Record<string, "off">> = {}): Promise<string[]> {
  const problems = await lintFromString({
    source: JSON.stringify(document),
    config: await createConfig({
      extends: ["recommended-strict"],
      rules: { "info-license": "off", ...rules },
    }),
  });
  return problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} (${location[0]?.pointer})`);
}

describe("the OpenAPI document", () => {
  for (const basePath of ["", "/express"]) {
    it(`passes a linter's strict rules ${basePath ? "behind a mapping key" : "at the root"}`, async () => {
      assert.deepEqual(await lint(await documentOf(fixtureApi, { basePath })), []);
    });
  }

  it("passes them without the token endpoints, whose security is then a plain bearer token", async () => {
    const document = await documentOf(fixtureApi, { authEndpoints: false });
    assert.deepEqual(await lint(document), []);
    assert.deepEqual(document.components?.securitySchemes?.oauth2, {
      type: "http",
      scheme: "bearer",
      bearerFormat: "JWT",
    });
  });

  it("passes them with variables, scopes, bytes and answers without a body", async () => {
    assert.deepEqual(await lint(await documentOf(apiOf(probeRoutes))), []);
  });

  it("passes them with a redirect, error codes of the API's own and a mounted router", async () => {
    // An endpoint that redirects answers no 2xx.
    assert.deepEqual(await lint(await documentOf(ownerApi), { "operation-2xx-response": "off" }), []);
  });

  it("has the API's name, version and description", async () => {
    const { info } = await documentOf(fixtureApi);
    assert.deepEqual(info, { title: "fixture-api", version: "1.2.3", description: "An API for tests." });
  });

  it("has every route, and says of each who may call it", async () => {
    const document = await documentOf(fixtureApi);
    for (const { method, path, access, operationId } of routes) {
      const operation = Object(document.paths?.[documentedPath(path)])[method.toLowerCase()];
      assert.equal(operation?.operationId, operationId);
      assert.equal(operation["x-access"].type, access.type);
      if (access.type === "public") {
        assert.deepEqual(operation.security, []);
        assert.equal(operation.responses[401]?.description.includes("001401") ?? false, false);
      } else {
        assert.deepEqual(operation["x-access"].groups, access.groups);
        assert.deepEqual(operation.security, [{ oauth2: [...access.scopes] }]);
        assert.ok(operation.responses[401], operationId);
        const isForSome = access.groups.length + access.scopes.length > 0;
        assert.equal(403 in operation.responses, isForSome, operationId);
      }
      assert.ok(operation.responses[500], operationId);
    }
  });

  it("puts the token and refresh URLs right behind the mapping key", async () => {
    const document = await documentOf(fixtureApi, { basePath: "/express" });
    const scheme = Object(document.components?.securitySchemes?.oauth2);
    assert.equal(scheme.flows.password.tokenUrl, "/express/v1/auth/token");
    assert.equal(scheme.flows.password.refreshUrl, "/express/v1/auth/refresh");
    assert.deepEqual(document.servers, [{ url: "/express" }]);
  });

  it("names the error codes of the API's own beside the kit's, by their status", async () => {
    const { paths } = await documentOf(ownerApi);
    const { responses } = Object(paths?.["/v1/tenants/{tenantId}"]).get;
    assert.equal(responses[401].description, "`001401` Invalid JWT Token");
    assert.equal(responses[403].description, "`100403` Another tenant");
    const webhook = Object(paths?.["/v1/webhooks"]).post;
    assert.equal(webhook.responses[401].description, "`100401` API key refused");
  });

  it("refuses an error code that the API does not declare", async () => {
    const [first] = probeRoutes;
    const unknown = { ...first, errors: ["100401"] } as (typeof probeRoutes)[number];
    await assert.rejects(documentOf(apiOf([unknown])), /lists the unknown error code 100401; declare it in/);
  });

  it("tells of a mounted router in its description, once, and has no operation for it", async () => {
    const { info, paths } = await documentOf(ownerApi);
    assert.equal(
      info.description,
      "Keeps notes.\n\n`/v1/legacy` and all below it: What was there before. **Who may call it:** ADMINS.",
    );
    assert.ok(!Object.keys(paths ?? {}).some((path) => path.startsWith("/v1/legacy")));
  });

  it("has no content for an answer that has no body: a redirect, 204 or 304", async () => {
    const { paths } = await documentOf(ownerApi);
    const answer = Object(paths?.["/v1/links/{slug}"]).get.responses[302];
    assert.deepEqual(answer, { description: "It is there." });
  });
});
