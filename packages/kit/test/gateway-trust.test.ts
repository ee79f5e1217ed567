/**
 * Whom the Lambda runtime accepts as a verified caller: only the claims of the token that the gateway's
 * authorizer verified, and nothing that a client can send.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createHandler, type LambdaHandler } from "../src/lambda/create-handler.ts";
import type { HttpResult } from "../src/lambda/event-adapter.ts";
import { createLog } from "../src/log.ts";
import { flatten } from "../src/testing/gateway-verdict.ts";
import { lambdaContext, payloadEvent } from "../src/testing/payload-event.ts";
import { appTarget } from "../src/testing/targets.ts";
import { testEnvironment } from "../src/testing/test-environment.ts";
import {
  encodeSegment,
  startTestIssuer,
  strangerKey,
  type TestIssuer,
  type TokenParts,
} from "../src/testing/test-issuer.ts";
import { fixtureApi } from "./fixtures/api.ts";

let issuer: TestIssuer;
let handler: LambdaHandler;
before(async () => {
  issuer = await startTestIssuer();
  const environment = testEnvironment(fixtureApi, issuer, { RUNTIME: "LAMBDA" });
  handler = createHandler(fixtureApi, { environment, log: createLog(() => {}) });
});
after(() => issuer.close());

const verified = (claims: TokenParts) => ({ jwt: { claims: flatten(claims), scopes: null } });

async function call(
  token: string | undefined,
  authorizer: object | undefined,
  { path = "/v1/me", headers = {}, ...rest }: { path?: string; headers?: object; body?: string } = {},
): Promise<HttpResult> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const request = { method: "GET", path, headers: { ...authorization, ...headers }, ...rest };
  const event = payloadEvent(request, authorizer && { authorizer });
  return (await handler(event, lambdaContext())) as HttpResult;
}

describe("a caller in Lambda", () => {
  it("is the one that the verified token names, with the types of the token", async () => {
    const claims = issuer.claims(["USERS", "two words"], { email_verified: false, level: 3 });
    const { statusCode, body } = await call(issuer.sign(claims), verified(claims));
    assert.equal(statusCode, 200);
    assert.deepEqual(JSON.parse(body), {
      subject: "alice",
      groups: ["USERS", "two words"],
      scopes: [],
      claims,
    });
  });

  it("is not mallory, when alice was verified and mallory's valid token is sent", async () => {
    const alice = issuer.claims(["USERS"]);
    const mallory = issuer.claims(["USERS", "ADMINS"], { sub: "mallory" });
    assert.equal((await call(issuer.sign(mallory), verified(alice))).statusCode, 401);
  });

  it("is not alice, when mallory was verified and a forged token of alice is sent", async () => {
    const alice = issuer.claims(["ADMINS"]);
    const mallory = issuer.claims(["USERS"], { sub: "mallory" });
    const forged = issuer.sign(alice, {}, strangerKey());
    assert.equal((await call(forged, verified(mallory))).statusCode, 401);
  });

  for (const [name, value] of [
    ["iss", "http://127.0.0.1:1"],
    ["sub", "mallory"],
    ["iat", 1],
    ["exp", 99_999_999_999],
    ["groups", ["USERS", "ADMINS"]],
    ["groups", ["ADMINS", "USERS"]],
    ["groups", "[USERS]"],
    ["groups", []],
  ] as const) {
    it(`has no caller if the token and the verified claims differ in ${name}: ${JSON.stringify(value)}`, async () => {
      const claims = issuer.claims(["USERS"]);
      const others = { ...claims, [name]: value };
      // Go writes this string like the array; here the types of the verified token count.
      const isSameText = flatten(others)[name] === flatten(claims)[name];
      const inToken = await call(issuer.sign(others), verified(claims));
      const inEvent = await call(issuer.sign(claims), verified(others));
      assert.equal(inToken.statusCode, isSameText ? 403 : 401, inToken.body);
      assert.equal(inEvent.statusCode, isSameText ? 200 : 401, inEvent.body);
    });
  }

  for (const name of ["iss", "sub", "iat", "exp", "groups"]) {
    it(`has no caller if only one of the two has ${name}`, async () => {
      const claims = issuer.claims(["USERS"]);
      const { [name]: _, ...less } = claims;
      assert.equal((await call(issuer.sign(claims), verified(less))).statusCode, 401);
      assert.equal((await call(issuer.sign(less), verified(claims))).statusCode, 401);
    });
  }

  it("has no caller if a claim occurs twice and the gateway took the other one", async () => {
    const last = issuer.claims(["ADMINS"], { sub: "mallory" });
    const first = { ...last, sub: "alice", groups: ["USERS"] };
    const twice = `${JSON.stringify(first).slice(0, -1)},${JSON.stringify(last).slice(1)}`;
    const [header, , signature] = issuer.sign(last).split(".");
    const token = `${header}.${encodeSegment(twice)}.${signature}`;
    assert.equal((await call(token, verified(first))).statusCode, 401);
    const { body } = await call(token, verified(last));
    assert.deepEqual(JSON.parse(body).groups, ["ADMINS"]);
  });

  it("is not in ADMINS for being in `not ADMINS`, however the gateway writes it", async () => {
    const claims = issuer.claims(["not ADMINS"]);
    const authorizer = verified(claims);
    assert.equal(authorizer.jwt.claims.groups, flatten(issuer.claims(["not", "ADMINS"])).groups);
    const { statusCode } = await call(issuer.sign(claims), authorizer, { path: "/v1/admin/endpoints" });
    assert.equal(statusCode, 403);
  });

  for (const [name, authorizer] of [
    ["no authorizer", undefined],
    ["an empty authorizer", {}],
    ["an authorizer without claims", { jwt: { scopes: null } }],
    ["an authorizer whose claims are null", { jwt: { claims: null, scopes: null } }],
    ["an authorizer with empty claims", { jwt: { claims: {}, scopes: null } }],
    ["an authorizer whose jwt is null", { jwt: null }],
    ["claims in the form of payload 1.0", { claims: { sub: "alice", groups: "[USERS]" } }],
    ["a Lambda authorizer's context", { lambda: { sub: "alice", groups: ["USERS"] } }],
    ["an IAM caller", { iam: { userId: "alice" } }],
  ] as const) {
    it(`has no caller with ${name}`, async () => {
      const answer = await call(issuer.sign(issuer.claims(["USERS"])), authorizer);
      assert.equal(answer.statusCode, 401, answer.body);
      assert.equal(JSON.parse(answer.body).error.code, "001401");
    });
  }
});

describe("what a client sends", () => {
  const SPOOFED = [
    "x-amzn-request-context",
    "x-apigateway-event",
    "x-apigateway-context",
    "x-amzn-lambda-context",
    "x-amzn-oidc-data",
    "x-amzn-oidc-identity",
    "x-amz-security-token",
    "x-forwarded-user",
    "x-user",
    "claims",
    "principal",
    "authorizer",
    "requestcontext",
  ];

  it("is never accepted as a verified identity, in either runtime", async (t) => {
    const claims = issuer.claims(["USERS", "ADMINS"]);
    const context = JSON.stringify({
      ...verified(claims),
      authorizer: verified(claims),
      requestContext: { authorizer: verified(claims) },
    });
    const headers = Object.fromEntries(SPOOFED.map((name) => [name, context]));
    const path = `/v1/me?authorizer=${encodeURIComponent(context)}`;
    const forged = issuer.sign(claims, {}, strangerKey());
    const container = await appTarget({ api: fixtureApi, issuer });
    t.after(container.close);
    for (const token of [undefined, forged]) {
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const inContainer = { method: "GET", path, headers: { ...headers, ...authorization } };
      assert.equal((await container.request(inContainer)).status, 401);
      assert.equal((await call(token, undefined, { path, headers, body: context })).statusCode, 401);
    }
  });

  it("never changes who was verified", async () => {
    const claims = issuer.claims(["USERS"]);
    const mallory = JSON.stringify({ authorizer: verified(issuer.claims(["ADMINS"], { sub: "mallory" })) });
    const headers = Object.fromEntries(SPOOFED.map((name) => [name, mallory]));
    const answer = await call(issuer.sign(claims), verified(claims), { headers, body: mallory });
    assert.deepEqual(JSON.parse(answer.body).claims, claims);
    const admin = await call(issuer.sign(claims), verified(claims), { headers, path: "/v1/admin/endpoints" });
    assert.equal(admin.statusCode, 403);
  });
});
