import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { loadConfig } from "@lambda-express-api/kit/config.ts";
import { createHandler } from "@lambda-express-api/kit/lambda/create-handler.ts";
import { createLog } from "@lambda-express-api/kit/log.ts";
import { anyone, auth } from "@lambda-express-api/kit/route/access.ts";
import { defineRoute } from "@lambda-express-api/kit/route/define-route.ts";
import { apiOf } from "@lambda-express-api/kit/test/fixtures/api.ts";
import { lambdaContext } from "@lambda-express-api/kit/testing/payload-event.ts";
import { checkCalls } from "./check-calls.ts";

const now = () => Math.floor(Date.now() / 1000);

const environmentOf = (environment: Record<string, string> = {}) => ({
  RUNTIME: "LAMBDA",
  JWT_ISSUER: "https://issuer.example.com/",
  JWT_AUTHORIZED_AUDIENCES: "one,two",
  FIREBASE_APP_API_KEY: "test-key",
  AWS_API_GW_STAGE_NAME: "mvp",
  ...environment,
});

const route = (operationId: string, method: "GET" | "DELETE", path: string, role?: "health") =>
  defineRoute({
    operationId,
    method,
    path,
    summary: "A test.",
    ...(role && { role }),
    responses: (z) => ({ 200: { description: "Fine.", schema: z.null() } }),
  });
const fine = async () => ({ status: 200, body: null }) as const;
const fails = async () => {
  throw new Error("A check must not reach an owner's handler");
};

const health = route("getHealth", "GET", "/v1/health", "health").handler(anyone(fine));
const profile = route("getProfile", "GET", "/v1/profile").handler(
  auth({ groups: ["MEMBERS", "STAFF"] }, fails),
);
const session = route("getSession", "GET", "/v1/session").handler(auth(fails));
const stock = route("getStock", "GET", "/v1/stock").handler(
  auth({ groups: ["STAFF"], scopes: ["stock/read"] }, fails),
);
const order = route("getOrder", "GET", "/v1/orders/{orderId}").handler(auth({ groups: ["STAFF"] }, fails));
const updates = defineRoute({
  operationId: "watchOrder",
  method: "GET",
  path: "/v1/orders/{orderId}/updates",
  summary: "A test.",
  only: "container",
  responses: (z) => ({ 200: { description: "Fine.", schema: z.null() } }),
}).handler(auth({ groups: ["STAFF"] }, fails));
const others = [
  updates,
  route("deleteOrder", "DELETE", "/v1/orders/{orderId}").handler(auth({ groups: ["STAFF"] }, fails)),
  route("getPrices", "GET", "/v1/prices").handler(anyone(fails)),
];
const callsOf = (routes: Parameters<typeof checkCalls>[2]) =>
  checkCalls(loadConfig(environmentOf()), now(), routes);

describe("the calls that check a new version", () => {
  for (const [title, environment] of [
    ["with a stage", {}],
    ["without one", { AWS_API_GW_STAGE_NAME: "" }],
    [
      "with Firebase",
      {
        IDENTITY_PROVIDER: "firebase",
        FIREBASE_PROJECT_ID: "my-project",
        JWT_AUTHORIZED_AUDIENCES: "",
        JWT_ISSUER: "",
      },
    ],
    [
      "with Cognito",
      {
        IDENTITY_PROVIDER: "cognito",
        COGNITO_USER_POOL_ID: "eu-west-1_aB3dE5fG7",
        COGNITO_CLIENT_ID: "1h57kf5cpq17m0eml12EXAMPLE",
        JWT_AUTHORIZED_AUDIENCES: "",
        JWT_ISSUER: "",
      },
    ],
    ["with Cognito's ID tokens", { JWT_TOKEN_USE: "id" }],
    [
      "with Auth0",
      {
        IDENTITY_PROVIDER: "auth0",
        AUTH0_DOMAIN: "my-tenant.eu.auth0.com",
        AUTH0_CLIENT_ID: "client",
        JWT_AUTHORIZED_AUDIENCES: "https://api.example.com",
        JWT_ISSUER: "",
      },
    ],
    [
      "with another provider",
      { IDENTITY_PROVIDER: "oidc", OIDC_CLIENT_ID: "client", JWT_AUTHORIZATION_GROUPS_ATTR_NAME: "roles" },
    ],
    ["without docs and token endpoints", { DOCS: "off", AUTH_ENDPOINTS: "off" }],
  ] as const) {
    for (const [kind, first] of Object.entries({ profile, order, stock })) {
      it(`are answered as expected by the API's handler, ${title}, if the first route for groups is ${kind}`, async () => {
        const routes = [health, first, session, ...others];
        const handler = createHandler(apiOf(routes), {
          environment: environmentOf(environment),
          log: createLog(() => {}),
        });
        const config = loadConfig(environmentOf(environment));
        for (const { request, event, expectedStatus } of checkCalls(config, now(), routes)) {
          const answer = await handler(event, lambdaContext());
          assert.equal("statusCode" in answer && answer.statusCode, expectedStatus, request);
        }
      });
    }
  }

  it("are a health check, a refusal by each private GET endpoint, and one refusal for the groups", () => {
    assert.deepEqual(
      callsOf([health, session, profile, stock, order, ...others]).map(
        ({ request, expectedStatus }) => `${expectedStatus} ${request}`,
      ),
      [
        "200 GET /v1/health",
        "401 GET /v1/session without a token",
        "401 GET /v1/profile without a token",
        "401 GET /v1/stock without a token",
        "401 GET /v1/orders/{orderId} without a token",
        "403 GET /v1/profile as a caller without groups",
      ],
    );
  });

  it("are only the health check if every endpoint is public", () => {
    assert.deepEqual(
      callsOf([health]).map(({ request }) => request),
      ["GET /v1/health"],
    );
  });

  it("need a health endpoint, and a message says so", () => {
    assert.throws(() => callsOf([profile]), {
      name: "ReleaseError",
      message: /^No endpoint has the role "health"/,
    });
  });

  it("leave out endpoints that only a container has, even the first for groups", () => {
    assert.deepEqual(
      callsOf([health, updates, profile]).map(({ request }) => request),
      ["GET /v1/health", "GET /v1/profile without a token", "GET /v1/profile as a caller without groups"],
    );
  });

  it("fill in the variables of a path", () => {
    const { event } = callsOf([health, order]).find(({ request }) => request.includes("orders")) ?? {};
    assert.equal((event as { rawPath: string }).rawPath, "/mvp/v1/orders/x");
    assert.deepEqual((event as { pathParameters: object }).pathParameters, { orderId: "x" });
  });
});
