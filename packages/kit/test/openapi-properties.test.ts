/**
 * Whatever is sent, the OpenAPI document mentions the answer: its status, its content type and its form, in
 * both runtimes. And no answer is a 5xx.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import * as z from "zod";
import { documentedPath, openApiDocument } from "../src/docs/openapi.ts";
import { enabledRoutes } from "../src/enabled-routes.ts";
import { arbitraryRequest, type Operation, type Schema } from "../src/testing/arbitrary-requests.ts";
import { type Answer, appTarget, handlerTarget, type Target } from "../src/testing/targets.ts";
import { testConfig } from "../src/testing/test-environment.ts";
import { startTestIssuer, type TestIssuer } from "../src/testing/test-issuer.ts";
import { fixtureApi } from "./fixtures/api.ts";

const REQUESTS_EACH = 15;

/** Stands in for the identity provider: admits or refuses callers by what they send. */
function answerAsProvider(): Server {
  return createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const isIn = body.length % 2 === 0;
    response.writeHead(isIn ? 200 : 400, { "content-type": "application/json" });
    const tokens = { idToken: "a.b.c", id_token: "a.b.c", refreshToken: "r", expiresIn: "3600" };
    response.end(
      JSON.stringify(isIn ? tokens : { error: { code: 400, message: "INVALID_LOGIN_CREDENTIALS" } }),
    );
  });
}

const config = testConfig(fixtureApi);
const routes = await enabledRoutes(fixtureApi, config.features);
const document = await openApiDocument({ api: fixtureApi, routes, config, basePath: "" });

/** A check of the form that the document's schema describes. */
function fits(schema: Schema, value: unknown): boolean {
  const definitions = { $defs: document.components?.schemas, ...schema };
  const text = JSON.stringify(definitions).replaceAll("#/components/schemas/", "#/$defs/");
  return z.fromJSONSchema(JSON.parse(text)).safeParse(value).success;
}

function demandDocumented({ responses }: Operation, { status, headers, body }: Answer): void {
  assert.ok(status < 500, `${status} ${body}`);
  const documented = responses[status];
  assert.ok(documented, `${status} is not in the document: ${body}`);
  if (!documented.content) {
    assert.equal(body.length, 0);
    return;
  }
  const type = headers["content-type"] ?? "";
  const media = documented.content[type] ?? documented.content[type.split(";")[0] ?? ""];
  assert.ok(media, `${status} as ${type} is not in the document`);
  if (type.startsWith("application/json")) {
    assert.ok(fits(media.schema, JSON.parse(body.toString())), `${status} has another form: ${body}`);
  }
}

describe("every response is one that the OpenAPI document mentions", () => {
  let issuer: TestIssuer;
  let provider: Server;
  let targets: readonly Target[] = [];
  before(async () => {
    issuer = await startTestIssuer();
    provider = answerAsProvider().listen(0, "127.0.0.1");
    await once(provider, "listening");
    const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
    const environment = { FIREBASE_IDENTITY_TOOLKIT_URL: url, FIREBASE_SECURE_TOKEN_URL: url };
    const options = { api: fixtureApi, issuer, environment };
    targets = await Promise.all([appTarget(options), handlerTarget(options)]);
  });
  after(async () => {
    for (const target of targets) await target.close();
    provider.close();
    await issuer.close();
  });

  const groups = fc.option(fc.subarray(["USERS", "ADMINS", "a b", ""]), { nil: undefined });
  const authorization = fc.oneof(
    groups.map((some) => issuer.bearer(some)),
    fc.constantFrom(undefined, "", "Bearer", "Bearer a.b.c", "Basic YTpi"),
  );

  it("this check detects one that is not", () => {
    const operation: Operation = Object(document.paths?.["/v1/health"]).get;
    const answer = { status: 200, headers: { "content-type": "application/json" }, cookies: [] };
    const demand = (change: object) =>
      demandDocumented(operation, { ...answer, body: Buffer.from('{"status":"x"}'), ...change });
    demand({});
    assert.throws(() => demand({ status: 418 }));
    assert.throws(() => demand({ status: 500 }));
    assert.throws(() => demand({ headers: { "content-type": "text/html" } }));
    assert.throws(() => demand({ body: Buffer.from("{}") }));
    const error = Buffer.from('{"error":{"code":"001429"},"message":"x"}');
    assert.throws(() => demand({ status: 429, body: error }));
  });

  for (const { method, path, operationId } of routes) {
    const key = documentedPath(path);
    it(`${method} ${path}`, async () => {
      const operation: Operation = Object(document.paths?.[key])[method.toLowerCase()];
      assert.equal(operation.operationId, operationId);
      await fc.assert(
        fc.asyncProperty(
          arbitraryRequest(method, key, operation, { authorization, apiKey: fc.constant(undefined) }),
          async (request) => {
            const answers = await Promise.all(targets.map((target) => target.request(request)));
            for (const answer of answers) demandDocumented(operation, answer);
            assert.equal(answers[0]?.status, answers[1]?.status, "the runtimes differ");
          },
        ),
        { numRuns: REQUESTS_EACH },
      );
    });
  }
});
