import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { probeRoutes } from "../../test/support/probe-routes.ts";
import { noIssuer, testConfig } from "../testing/test-environment.ts";
import { documentedPath, openApiDocument } from "./openapi.ts";

const config = testConfig(noIssuer);

async function lint(document: object): Promise<string[]> {
  const problems = await lintFromString({
    source: JSON.stringify(document),
    config: await createConfig({ extends: ["recommended-strict"] }),
  });
  return problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} (${location[0]?.pointer})`);
}

describe("the OpenAPI document", () => {
  for (const basePath of ["", "/express"]) {
    it(`passes a linter's strict rules ${basePath ? "behind a mapping key" : "at the root"}`, async () => {
      assert.deepEqual(await lint(await openApiDocument({ routes, config, basePath })), []);
    });
  }

  it("passes them without the token endpoints, whose security is then a plain bearer token", async () => {
    const features = { authEndpoints: false, docs: true };
    const document = await openApiDocument({
      routes: routes.filter(({ feature }) => feature !== "authEndpoints"),
      config: { ...config, features },
      basePath: "",
    });
    assert.deepEqual(await lint(document), []);
    assert.deepEqual(document.components?.securitySchemes?.oauth2, {
      type: "http",
      scheme: "bearer",
      bearerFormat: "JWT",
    });
  });

  it("passes them with variables, scopes, bytes and answers without a body", async () => {
    const document = await openApiDocument({ routes: probeRoutes, config, basePath: "" });
    assert.deepEqual(await lint(document), []);
  });

  it("has every route, and says of each who may call it", async () => {
    const document = await openApiDocument({ routes, config, basePath: "" });
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
    const document = await openApiDocument({ routes, config, basePath: "/express" });
    const scheme = Object(document.components?.securitySchemes?.oauth2);
    assert.equal(scheme.flows.password.tokenUrl, "/express/v1/auth/token");
    assert.equal(scheme.flows.password.refreshUrl, "/express/v1/auth/refresh");
    assert.deepEqual(document.servers, [{ url: "/express" }]);
  });
});
