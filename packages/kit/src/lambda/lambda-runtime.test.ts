import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, it } from "node:test";
import type { Request, Response } from "express";
import { gatewayVerdict } from "../testing/gateway-verdict.ts";
import { type EventOptions, lambdaContext, payloadEvent } from "../testing/payload-event.ts";
import { noIssuer, testConfig } from "../testing/test-environment.ts";
import { startTestIssuer } from "../testing/test-issuer.ts";
import { createLambdaRuntime } from "./lambda-runtime.ts";

const jwt = testConfig(noIssuer).jwt;

/** A runtime that has seen one event, and the request that was made of it. */
function remembered(options: EventOptions = {}, mappingKey?: string, remainingMilliseconds?: number) {
  const runtime = createLambdaRuntime({ jwt, mappingKey });
  const request = new IncomingMessage(new Socket());
  const event = payloadEvent({ method: "GET", path: "/" }, options);
  runtime.remember(request, event, lambdaContext(remainingMilliseconds));
  return { runtime, request };
}

describe("the base path in Lambda", () => {
  const basePath = (domainName: string, stage: string, mappingKey?: string) => {
    const { runtime, request } = remembered({ domainName, stage }, mappingKey);
    return runtime.basePath(request);
  };
  const own = "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com";

  for (const [what, host, stage, key, expected] of [
    ["the stage on the gateway's own host", own, "mvp", undefined, "/mvp"],
    ["the stage on the gateway's own host, whatever the mapping key", own, "mvp", "express", "/mvp"],
    ["nothing on the gateway's own host with $default", own, "$default", "express", ""],
    [
      "the stage in China too",
      "a1b2c3d4e5.execute-api.cn-north-1.amazonaws.com.cn",
      "mvp",
      undefined,
      "/mvp",
    ],
    ["the stage at an address, which is no domain", "127.0.0.1", "mvp", "express", "/mvp"],
    ["the stage at an address of version 6", "[::1]", "mvp", "express", "/mvp"],
    ["the mapping key on a custom domain", "api.example.com", "mvp", "express", "/express"],
    ["a mapping key of several levels", "api.example.com", "mvp", "v1/express", "/v1/express"],
    ["nothing on a custom domain without a key", "api.example.com", "mvp", undefined, ""],
    [
      "the mapping key on a domain that only looks like the gateway's",
      `${own}.evil.com`,
      "mvp",
      "express",
      "/express",
    ],
  ] as const) {
    it(`is ${what}`, () => assert.equal(basePath(host, stage, key), expected));
  }
});

describe("the time that a request has in Lambda", () => {
  for (const [remaining, expected] of [
    [10_000, 9_500],
    [29_000, 28_500],
    [900_000, 28_500],
    [500, 0],
    [10, 0],
    [-5, 0],
  ] as const) {
    it(`is ${expected} ms when the function has ${remaining} ms left`, () => {
      const { runtime, request } = remembered({}, undefined, remaining);
      assert.equal(runtime.timeoutMilliseconds(request), expected);
    });
  }
});

describe("the Lambda runtime", () => {
  it("has the gateway's request id", () => {
    const { runtime, request } = remembered();
    assert.equal(runtime.requestId(request), "ZhMpgigvDoEEPlg=");
  });

  it("leaves CORS and the access log to the gateway: the response is not even looked at", () => {
    const { runtime, request } = remembered();
    const untouchable = new Proxy({}, { get: () => assert.fail("touched") });
    assert.equal(runtime.receive(request as Request, untouchable as Response), false);
  });

  it("knows nothing of a request that was not made of an event", () => {
    const { runtime } = remembered();
    const stranger = new IncomingMessage(new Socket());
    const unknown = /was not made of an event/;
    assert.throws(() => runtime.requestId(stranger), unknown);
    assert.throws(() => runtime.basePath(stranger), unknown);
    assert.throws(() => runtime.timeoutMilliseconds(stranger), unknown);
    assert.throws(() => runtime.authenticate(stranger), unknown);
  });

  it("takes the claims from the authorizer's event, and from no header of the request", async () => {
    const issuer = await startTestIssuer();
    try {
      const runtime = createLambdaRuntime({ jwt: testConfig(issuer).jwt, mappingKey: undefined });
      const claims = issuer.claims(["USERS"]);
      const authorization = `Bearer ${issuer.sign(claims)}`;
      const authorizer = (await gatewayVerdict(authorization, issuer)) ?? {};
      const request = new IncomingMessage(new Socket());
      request.headers.authorization = `Bearer ${issuer.sign(issuer.claims(["ADMINS"]))}`;
      const event = payloadEvent({ method: "GET", path: "/", headers: { authorization } }, { authorizer });
      runtime.remember(request, event, lambdaContext());
      assert.deepEqual({ ...(await runtime.authenticate(request)) }, claims);
    } finally {
      await issuer.close();
    }
  });
});
