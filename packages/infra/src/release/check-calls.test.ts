import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Config, loadConfig } from "@lambda-express-api/api/config.ts";
import { anyone, auth } from "@lambda-express-api/api/http/access.ts";
import { defineRoute } from "@lambda-express-api/api/http/define-route.ts";
import { createLog } from "@lambda-express-api/api/log.ts";
import { routes } from "@lambda-express-api/api/routes/routes.ts";
import { createHandler } from "@lambda-express-api/api/runtime/lambda/create-handler.ts";
import { lambdaContext } from "@lambda-express-api/api/test/support/payload-event.ts";
import { checkCalls } from "./check-calls.ts";

const now = () => Math.floor(Date.now() / 1000);

function configOf(environment: Record<string, string> = {}): Config {
  return loadConfig(
    {
      RUNTIME: "LAMBDA",
      JWT_ISSUER: "https://issuer.example.com/",
      JWT_AUTHORIZED_AUDIENCES: "one,two",
      FIREBASE_APP_API_KEY: "test-key",
      AWS_API_GW_STAGE_NAME: "mvp",
      ...environment,
    },
    "LAMBDA",
  );
}

const route = (operationId: string, method: "GET" | "DELETE", path: string) =>
  defineRoute({
    operationId,
    method,
    path,
    summary: "A test.",
    responses: (z) => ({ 200: { description: "Fine.", schema: z.null() } }),
  });
const fine = async () => ({ status: 200, body: null }) as const;

describe("the calls that a new version must answer", () => {
  for (const [title, environment] of [
    ["with a stage", {}],
    ["without one", { AWS_API_GW_STAGE_NAME: "" }],
    ["with Cognito's groups", { JWT_AUTHORIZATION_GROUPS_ATTR_NAME: "cognito:groups" }],
    ["without docs and token endpoints", { DOCS: "off", AUTH_ENDPOINTS: "off" }],
  ] as const) {
    it(`are answered by this API as they should, ${title}`, async () => {
      const config = configOf(environment);
      const handler = createHandler({ config, log: createLog(() => {}) });
      for (const { request, event, expectedStatus } of checkCalls(config, now())) {
        const answer = await handler(event, lambdaContext());
        assert.equal("statusCode" in answer && answer.statusCode, expectedStatus, request);
      }
    });
  }

  it("are a health call, a refused one for each private endpoint that is read, and one caller of each kind", () => {
    const privateReads = routes.filter(
      ({ access, method }) => access.type === "authenticated" && method === "GET",
    );
    const calls = checkCalls(configOf(), now());
    assert.deepEqual(
      calls.map(({ request, expectedStatus }) => `${expectedStatus} ${request}`).sort(),
      [
        "200 GET /v1/manage/hc",
        ...privateReads.map(({ path }) => `401 GET ${path} without a token`),
        "200 GET /v1/users/whoami as a member of USERS",
        "403 GET /v1/users/whoami as a member of no group",
      ].sort(),
    );
  });

  it("change nothing, even where nobody guards an endpoint", () => {
    const calls = checkCalls(configOf(), now(), [
      route("deleteOrder", "DELETE", "/v1/orders/{orderId}").handler(auth(fine)),
      route("getOrder", "GET", "/v1/orders/{orderId}").handler(auth(fine)),
      route("getPrices", "GET", "/v1/prices").handler(anyone(fine)),
    ]);
    assert.deepEqual(
      calls.filter(({ request }) => /orders|prices/.test(request)).map(({ request }) => request),
      ["GET /v1/orders/{orderId} without a token"],
    );
    const { event } = calls.find(({ request }) => request.includes("orders")) ?? {};
    assert.equal((event as { rawPath: string }).rawPath, "/mvp/v1/orders/x");
    assert.deepEqual((event as { pathParameters: object }).pathParameters, { orderId: "x" });
  });
});
