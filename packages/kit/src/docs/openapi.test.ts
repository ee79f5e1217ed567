import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import supertest from "supertest";
import { api as exampleApi } from "../../examples/src/api.ts";
import { apiOf, fixtureApi, getHealth, getMe } from "../../test/fixtures/api.ts";
import { ownerApi } from "../../test/fixtures/owner-api.ts";
import { paymentsApi } from "../../test/fixtures/payments/api.ts";
import { probeRoutes } from "../../test/support/probe-routes.ts";
import type { Api } from "../api.ts";
import { enabledRoutes } from "../enabled-routes.ts";
import { anyone } from "../route/access.ts";
import { defineRoute, type ResponseContracts, type Route, type Zod } from "../route/define-route.ts";
import { testApp } from "../testing/test-app.ts";
import { testConfig } from "../testing/test-environment.ts";
import { docsRoutes } from "./docs-routes.ts";
import { documentedPath, openApiDocument } from "./openapi.ts";

const { features, ...config } = testConfig(fixtureApi);
const routes = await enabledRoutes(fixtureApi, features);

async function documentOf(api: Api, { basePath = "", authEndpoints = true } = {}) {
  const enabled = await enabledRoutes(api, { ...features, authEndpoints });
  return openApiDocument({ api, routes: enabled, config, basePath });
}

/** The owner chooses the licence. */
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

function endpoint(operationId: string, responses: (z: Zod) => ResponseContracts): Route {
  const path = `/v1/${operationId}`;
  const contract = { operationId, method: "GET", path, summary: "Of a test.", responses } as const;
  return { ...contract, ...anyone(async () => ({ status: 200, body: {} })) };
}

const money = (z: Zod) => z.object({ amount: z.int(), currency: z.string() }).meta({ id: "Money" });

const manySchemas = defineRoute({
  operationId: "createThing",
  method: "POST",
  path: "/v1/things/{thingId}/{part}",
  summary: "Creates a part of a thing.",
  consumes: ["multipart/form-data"],
  request: (z) => ({
    params: z.object({ thingId: z.int() }),
    query: z
      .object({ tag: z.array(z.string()).optional() })
      .refine(({ tag = [] }) => new Set(tag).size === tag.length)
      .describe("No tag comes twice."),
    headers: z.object({ "X-Api-Key": z.string() }),
    body: z.object({ picture: z.file().mime(["image/png", "image/jpeg"]), taken: z.date() }).optional(),
  }),
  responses: (z) => {
    const comment = z.object({
      text: z.string(),
      get answers() {
        return z.array(comment);
      },
    });
    const schema = z.object({
      price: money(z),
      tip: money(z),
      created: z.date(),
      comments: z.array(comment),
    });
    return { 201: { description: "It is there.", schema } };
  },
}).handler(
  anyone(async () => {
    const price = { amount: 1, currency: "EUR" };
    return { status: 201, body: { price, tip: price, created: new Date(0), comments: [] } };
  }),
);

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

  it("passes them with variables, scopes, bytes and responses without a body", async () => {
    assert.deepEqual(await lint(await documentOf(apiOf(probeRoutes))), []);
  });

  it("passes them with a redirect, the API's own error codes and a mounted router", async () => {
    // A redirect has no 2xx answer.
    assert.deepEqual(await lint(await documentOf(ownerApi), { "operation-2xx-response": "off" }), []);
  });

  it("has each type of a body with its schema: files as files, and no schema for bytes and signed bodies", async () => {
    const document = await documentOf(exampleApi);
    // A redirect has no 2xx answer.
    assert.deepEqual(await lint(document, { "operation-2xx-response": "off" }), []);
    const bodyOf = (path: string, method: string) => Object(document.paths?.[path])[method].requestBody;
    const { properties, required } = bodyOf("/v1/products/{productId}/photo", "put").content[
      "multipart/form-data"
    ].schema;
    assert.deepEqual(required, ["photo"]);
    assert.equal(properties.photo.format, "binary");
    assert.equal(properties.photo.maxLength, 2_000_000);
    const lines = bodyOf("/v1/products/import", "post").content["application/x-ndjson"].schema;
    assert.deepEqual([lines.type, lines.items.required], ["array", ["sku", "price"]]);

    const store = defineRoute({
      operationId: "storeThing",
      method: "PUT",
      path: "/v1/thing",
      summary: "Stores bytes.",
      consumes: ["application/octet-stream", "image/*"],
      rawBody: true,
      responses: (z) => ({ 204: { description: "Stored.", schema: z.undefined() } }),
    }).handler(anyone(async () => ({ status: 204, body: undefined })));
    const ofBytes = await documentOf(apiOf([store]));
    assert.deepEqual(await lint(ofBytes, { "no-unused-components": "off" }), []);
    const operation = Object(ofBytes.paths?.["/v1/thing"]).put;
    assert.deepEqual(operation.requestBody, {
      required: true,
      content: { "application/octet-stream": {}, "image/*": {} },
    });
    for (const status of [400, 408, 413, 415]) assert.ok(operation.responses[status], String(status));
  });

  it("says how a stream is sent, and which endpoints exist only in a container", async () => {
    const { paths } = await documentOf(exampleApi);
    const events = Object(paths?.["/v1/products/prices"]).get;
    assert.equal(events["x-only"], "container");
    assert.match(events.description, /only in a container/);
    assert.deepEqual(events.responses[200], {
      description: "The changes. The container streams the response until the caller disconnects.",
      content: { "text/event-stream": { schema: { type: "string" } } },
    });
    const file = Object(paths?.["/v1/products/export"]).get;
    assert.equal("x-only" in file, false);
    assert.match(file.responses[200].description, /Lambda sends the whole response at once, at most 6 MB/);
    assert.match(file.responses[500].description, /002500/);
  });

  it("has cookies, the form of each list, entity tags with 304, and responses without a body", async () => {
    const { paths } = await documentOf(exampleApi);
    const operation = (path: string, method: string) => Object(paths?.[path])[method];
    const list = operation("/v1/products", "get");
    const formOf = (name: string) => {
      const { style, explode } = list.parameters.find((one: { readonly name: string }) => one.name === name);
      return [style, explode];
    };
    assert.deepEqual(formOf("tag"), ["form", true]);
    assert.deepEqual(formOf("sku[]"), ["form", true]);
    assert.deepEqual(formOf("sort"), ["form", false]);
    assert.ok(list.parameters.some((one: { readonly name: string }) => one.name === "if-none-match"));
    assert.deepEqual(list.responses[200].headers, { etag: { schema: { type: "string" } } });
    assert.deepEqual(list.responses[304], { description: "The caller already has the current version." });
    const [session] = operation("/v1/session", "get").parameters;
    assert.deepEqual([session.name, session.in, session.required], ["session", "cookie", false]);
    assert.deepEqual(operation("/v1/products/newest", "get").responses[302], {
      description: "A redirect to the label.",
    });
  });

  it("has the API's name, version and description", async () => {
    const { info } = await documentOf(fixtureApi);
    assert.deepEqual(info, { title: "fixture-api", version: "1.2.3", description: "An API for tests." });
  });

  it("has every route, with who may call it", async () => {
    const document = await documentOf(fixtureApi);
    for (const { method, path, access, operationId } of routes) {
      const operation = Object(document.paths?.[documentedPath(path)])[method.toLowerCase()];
      assert.equal(operation?.operationId, operationId);
      assert.equal(operation["x-access"].type, access.type);
      if (access.type === "public") {
        assert.deepEqual(operation.security, []);
        assert.equal(operation.responses[401]?.description.includes("001401") ?? false, false);
      } else if (access.type === "authenticated") {
        assert.deepEqual(operation["x-access"].groups, access.groups);
        assert.deepEqual(operation.security, [{ oauth2: [...access.scopes] }]);
        assert.ok(operation.responses[401], operationId);
        const isForSome = access.groups.length + access.scopes.length > 0;
        assert.equal(403 in operation.responses, isForSome, operationId);
      }
      assert.ok(operation.responses[500], operationId);
    }
  });

  it("names the header of an endpoint's API key, and the responses to a refused key", async () => {
    const document = await documentOf(ownerApi);
    const operation = Object(document.paths?.["/v1/stock"]).put;
    assert.deepEqual(document.components?.securitySchemes?.apiKey, {
      type: "apiKey",
      in: "header",
      name: "x-api-key",
      description: "An API key, for machine clients.",
    });
    assert.deepEqual(operation.security, [{ apiKey: ["stock:write"] }]);
    assert.deepEqual(operation["x-access"], { type: "apiKey", scopes: ["stock:write"] });
    assert.match(operation.description, /Access:\*\* machines with an API key of scope stock:write\./);
    assert.match(operation.responses[401].description, /^`003401`/);
    assert.match(operation.responses[403].description, /^`001403`/);
    assert.ok(operation.responses[503]);
    assert.equal((await documentOf(fixtureApi)).components?.securitySchemes?.apiKey, undefined);
  });

  it("has AWS's signature as its own scheme, only where an endpoint is for AWS callers", async () => {
    const { components, paths } = await documentOf(apiOf(probeRoutes));
    const { security, responses, ...operation } = Object(paths?.["/v1/probe/signed"]).post;
    assert.deepEqual(security, [{ awsSigv4: [] }]);
    assert.deepEqual(operation["x-amazon-apigateway-auth"], { type: "AWS_IAM" });
    assert.deepEqual(operation["x-access"], { type: "iam" });
    assert.equal(responses[403].description, "`003403` AWS signature required");
    assert.equal(responses[401], undefined);
    const scheme = Object(components?.securitySchemes?.awsSigv4);
    assert.equal(scheme["x-amazon-apigateway-authtype"], "awsSigv4");
    assert.deepEqual([scheme.type, scheme.in, scheme.name], ["apiKey", "header", "Authorization"]);
    const schemes = (await documentOf(fixtureApi)).components?.securitySchemes;
    assert.deepEqual(Object.keys(schemes ?? {}), ["oauth2"]);
  });

  it("names the header of an endpoint with idempotency, and the responses to a refused one", async () => {
    const document = await documentOf(paymentsApi);
    const operation = (path: string) => Object(document.paths?.[path]).post;
    for (const [path, required] of [
      ["/v1/payments", true],
      ["/v1/tips/{tipId}", false],
    ] as const) {
      const { parameters, responses } = operation(path);
      const header = parameters.find(({ name }: { name: string }) => name === "idempotency-key");
      assert.deepEqual([header.in, header.required, header.schema.maxLength], ["header", required, 255]);
      assert.match(responses[409].description, /`001409`/);
      assert.match(responses[422].description, /`001422`/);
      assert.match(responses[503].description, /`001503`/);
      assert.equal(responses[400].description.includes("002400"), required);
    }
    assert.equal(operation("/v1/bank").responses[409], undefined);
    assert.deepEqual(await lint(document), []);
  });

  it("has a header that the kit reads only once, where a handler asks for it too", async () => {
    const pay = defineRoute({
      operationId: "pay",
      method: "POST",
      path: "/v1/pay",
      summary: "Pays.",
      request: (z) => ({ headers: z.object({ "Idempotency-Key": z.string() }) }),
      responses: () => ({ 204: { description: "Paid." } }),
    }).handler(anyone(async () => ({ status: 204 })));
    const document = await documentOf(apiOf([{ ...pay, idempotency: "required" }]));
    const names = document.paths?.["/v1/pay"]?.post?.parameters?.map((each) =>
      Object(each).name.toLowerCase(),
    );
    assert.deepEqual(names, ["idempotency-key"]);
  });

  it("demands of such a header what the endpoint's own schema demands", async () => {
    const headers = { "Idempotency-Key": "uuid", "If-None-Match": "string" };
    for (const isOptional of [true, false]) {
      const get = defineRoute({
        operationId: "get",
        method: "GET",
        path: "/v1/pay",
        summary: "Gets.",
        etag: true,
        request: (z) => {
          const schemas = { "Idempotency-Key": z.uuid(), "If-None-Match": z.string() };
          const shape = z.object(schemas);
          return { headers: isOptional ? shape.partial() : shape };
        },
        responses: (z) => ({ 200: { description: "It.", schema: z.string() } }),
      }).handler(anyone(async () => ({ status: 200, body: "" })));
      const document = await documentOf(apiOf([{ ...get, idempotency: "optional" }]));
      const parameters = document.paths?.["/v1/pay"]?.get?.parameters ?? [];
      assert.deepEqual(
        parameters.map((each) => [Object(each).name, Object(each).required]),
        Object.keys(headers)
          .reverse()
          .map((name) => [name.toLowerCase(), !isOptional]),
      );
      assert.equal(Object(parameters.at(-1)).schema.format, "uuid");
    }
  });

  it("shows for each error its own code, and no other status", async () => {
    const { paths = {}, components } = await documentOf(ownerApi);
    const { responses } = Object(paths["/v1/stock"]).put;
    const codesOf = (status: number) =>
      Object.entries<{ value: { error: { code: string } } }>(
        responses[status].content["application/json"].examples,
      ).map(([name, { value }]) => [name, value.error.code]);
    assert.deepEqual(codesOf(401), [["003401", "003401"]]);
    assert.deepEqual(
      codesOf(503).map(([name]) => name),
      ["001503", "002503"],
    );
    assert.doesNotMatch(JSON.stringify(components?.schemas?.Error), /001401|username/);
  });

  it("puts the token and refresh URLs right behind the mapping key", async () => {
    const document = await documentOf(fixtureApi, { basePath: "/express" });
    const scheme = Object(document.components?.securitySchemes?.oauth2);
    assert.equal(scheme.flows.password.tokenUrl, "/express/v1/auth/token");
    assert.equal(scheme.flows.password.refreshUrl, "/express/v1/auth/refresh");
    assert.deepEqual(document.servers, [{ url: "/express" }]);
  });

  it("names the API's own error codes beside the kit's, by status", async () => {
    const { paths } = await documentOf(ownerApi);
    const { responses } = Object(paths?.["/v1/tenants/{tenantId}"]).get;
    assert.equal(responses[401].description, "`001401` Invalid JWT Token");
    assert.equal(responses[403].description, "`100403` Another tenant");
    const webhook = Object(paths?.["/v1/webhooks"]).post;
    assert.equal(webhook.responses[401].description, "`100401` Invalid API key");
  });

  it("refuses an error code that the API does not declare", async () => {
    const [first] = probeRoutes;
    const unknown = { ...first, errors: ["100401"] } as (typeof probeRoutes)[number];
    await assert.rejects(documentOf(apiOf([unknown])), /lists the unknown error code 100401; declare it in/);
  });

  it("names a mounted router once, in its description, and has no operation for it", async () => {
    const { info, paths } = await documentOf(ownerApi);
    assert.equal(
      info.description,
      "Keeps notes.\n\n`/v1/legacy` and all paths below it: What was there before. **Access:** ADMINS.",
    );
    assert.ok(!Object.keys(paths ?? {}).some((path) => path.startsWith("/v1/legacy")));
  });

  it("has no content for a response without a body: a redirect, 204 or 304", async () => {
    const { paths } = await documentOf(ownerApi);
    const answer = Object(paths?.["/v1/links/{slug}"]).get.responses[302];
    assert.deepEqual(answer, { description: "The target of the link." });
  });

  it("passes the linter with components with ids, recursive schemas, dates, files and lists", async () => {
    const document = await documentOf(apiOf([manySchemas, getMe]));
    assert.deepEqual(await lint(document), []);
    assert.deepEqual(Object.keys(document.components?.schemas ?? {}), [
      "Error",
      "GatewayError",
      "Money",
      "Problem",
      "createThingResponse201Part1",
    ]);
    const { description, parameters, requestBody, responses } = Object(
      document.paths?.["/v1/things/{thingId}/{part}"],
    ).post;
    assert.deepEqual(
      parameters.map(({ in: place, name, required, schema }: Record<string, unknown>) => [
        `${place} ${name}`,
        required,
        Object(schema).type,
      ]),
      [
        ["path thingId", true, "integer"],
        ["path part", true, "string"],
        ["query tag", false, "array"],
        ["header X-Api-Key", true, "string"],
      ],
      "has a variable without a schema, and a header as it is written",
    );
    assert.equal(requestBody.required, false);
    assert.match(description, /^\*\*Query:\*\* No tag comes twice\.$/m);
    const { price, tip } = responses[201].content["application/json"].schema.properties;
    assert.deepEqual(
      [price, tip],
      [{ $ref: "#/components/schemas/Money" }, { $ref: "#/components/schemas/Money" }],
    );
  });

  it("refuses two different schemas with the same id", async () => {
    const twice = endpoint("twice", (z) => ({
      200: { description: "It.", schema: z.tuple([z.string().meta({ id: "A" }), z.int().meta({ id: "A" })]) },
    }));
    await assert.rejects(
      documentOf(apiOf([twice])),
      /^TypeError: twice: .+: two schemas that differ have the id A$/,
    );
  });

  const broken = endpoint("broken", (z) => ({
    200: {
      description: "It.",
      schema: z.object({ a: z.object({ b: z.bigint() }), c: z.map(z.string(), z.any()) }),
    },
  }));
  const unmade = endpoint("unmade", () => {
    throw new Error("No such column");
  });
  const FAULTS = [
    "broken: response 200 application/json a.b: a bigint is neither text nor JSON; use a string of digits",
    "broken: response 200 application/json c: a Map is neither text nor JSON; use z.record()",
    "unmade: the schemas of its responses cannot be made: No such column",
  ];

  it("refuses what cannot be documented, and names every fault by operation and field", async () => {
    const api = apiOf([getHealth, broken, unmade]);
    await assert.rejects(documentOf(api), { name: "TypeError", message: FAULTS.join("\n") });
  });

  it("with a fault listener, leaves the faulty part out and keeps the rest", async () => {
    const api = apiOf([getHealth, broken, unmade]);
    const faults: string[] = [];
    const onFault = (fault: string) => faults.push(fault);
    const enabled = await enabledRoutes(api, features);
    const document = await openApiDocument({ api, routes: enabled, config, basePath: "", onFault });
    assert.deepEqual(faults, FAULTS);
    assert.deepEqual(Object.keys(document.paths ?? {}), ["/v1/broken", "/v1/health", "/v1/unmade"]);
    assert.deepEqual(Object(document.paths?.["/v1/broken"]).get.responses[200].content, {
      "application/json": {},
    });
    const intact = await documentOf(apiOf([getHealth]));
    assert.deepEqual(document.paths?.["/v1/health"], intact.paths?.["/v1/health"]);
  });

  it("is served in production without the faulty part, and the fault is logged once", async () => {
    const lines: string[] = [];
    const { routes: endpoints } = apiOf([broken]);
    const api = apiOf([], { routes: { ...endpoints, ...docsRoutes({ prefix: "/v1" }) } });
    const options = { environment: { NODE_ENV: "production" }, write: (line: string) => lines.push(line) };
    const app = testApp(api, options);
    await supertest(app).get("/v1/openapi.json").expect(200);
    await supertest(app).get("/v1/openapi.json").expect(200);
    const told = lines.filter((line) => line.includes("part of the OpenAPI document is left out"));
    assert.deepEqual(
      told.map((line) => JSON.parse(line).fault),
      FAULTS.slice(0, 2),
    );
    await supertest(testApp(api)).get("/v1/openapi.json").expect(500);
  });
});
