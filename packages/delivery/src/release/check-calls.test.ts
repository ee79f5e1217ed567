import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Config, loadConfig } from "@lambda-express-api/kit/config.ts";
import { anyone, auth } from "@lambda-express-api/kit/route/access.ts";
import { defineRoute } from "@lambda-express-api/kit/route/define-route.ts";
import { createLog } from "@lambda-express-api/kit/log.ts";
import { createHandler } from "@lambda-express-api/kit/lambda/create-handler.ts";
import { lambdaContext } from "@lambda-express-api/kit/testing/payload-event.ts";
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

const route = (operationId: string, method: "GET" | "DELETE", path: string, feature?: "docs") =>
  defineRoute({
    operationId,
    method,
    path,
    summary: "A test.",
    ...(feature && { feature }),
    responses: (z) => ({ 200: { description: "Fine.", schema: z.null() } }),
  });
const fine = async () => ({ status: 200, body: null }) as const;

const health = route("getHealth", "GET", "/v1/health").handler(anyone(fine));
const caller = route("getProfile", "GET", "/v1/profile").handler(
  auth({ groups: ["MEMBERS", "STAFF"] }, fine),
);
const anyCaller = route("getSession", "GET", "/v1/session").handler(auth(fine));
const scoped = route("getStock", "GET", "/v1/stock").handler(auth({ scopes: ["stock/read"] }, fine));
const routes = [
  health,
  caller,
  anyCaller,
  scoped,
  route("getOrder", "GET", "/v1/orders/{orderId}").handler(auth({ groups: ["STAFF"] }, fine)),
  route("deleteOrder", "DELETE", "/v1/orders/{orderId}").handler(auth({ groups: ["STAFF"] }, fine)),
  route("getPrices", "GET", "/v1/prices").handler(anyone(fine)),
  route("getGuide", "GET", "/v1/guide", "docs").handler(auth(fine)),
];
const target = { routes, checks: { health, caller } };

describe("the calls that a new version must answer", () => {
  for (const [title, environment] of [
    ["with a stage", {}],
    ["without one", { AWS_API_GW_STAGE_NAME: "" }],
    ["with Cognito's groups", { JWT_AUTHORIZATION_GROUPS_ATTR_NAME: "cognito:groups" }],
    ["without docs and token endpoints", { DOCS: "off", AUTH_ENDPOINTS: "off" }],
  ] as const) {
    for (const [kind, asked] of Object.entries({ caller, anyCaller, scoped })) {
      it(`are answered by the API's handler as they should, ${title}, where the check's is the route ${kind}`, async () => {
        const config = configOf(environment);
        const handler = createHandler({ config, log: createLog(() => {}), routes });
        for (const { request, event, expectedStatus } of checkCalls(config, now(), {
          routes,
          checks: { health, caller: asked },
        })) {
          const answer = await handler(event, lambdaContext());
          assert.equal("statusCode" in answer && answer.statusCode, expectedStatus, request);
        }
      });
    }
  }

  it("are a health call, a refused one for each private endpoint that is always there and read, and one caller of each kind", () => {
    assert.deepEqual(
      checkCalls(configOf(), now(), target).map(
        ({ request, expectedStatus }) => `${expectedStatus} ${request}`,
      ),
      [
        "200 GET /v1/health",
        "401 GET /v1/profile without a token",
        "401 GET /v1/session without a token",
        "401 GET /v1/stock without a token",
        "401 GET /v1/orders/{orderId} without a token",
        "200 GET /v1/profile as a member of MEMBERS",
        "403 GET /v1/profile as a member of no group",
      ],
    );
  });

  it("fill in the variables of a path", () => {
    const { event } =
      checkCalls(configOf(), now(), target).find(({ request }) => request.includes("orders")) ?? {};
    assert.equal((event as { rawPath: string }).rawPath, "/mvp/v1/orders/x");
    assert.deepEqual((event as { pathParameters: object }).pathParameters, { orderId: "x" });
  });
});
