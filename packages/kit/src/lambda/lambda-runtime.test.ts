import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, it } from "node:test";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { Request } from "express";
import { fixtureApi } from "../../test/fixtures/api.ts";
import type { ApiFacts } from "../route/define-route.ts";
import { gatewayVerdict } from "../testing/gateway-verdict.ts";
import { type EventOptions, lambdaContext, payloadEvent } from "../testing/payload-event.ts";
import { testConfig } from "../testing/test-environment.ts";
import { startTestIssuer } from "../testing/test-issuer.ts";
import { createLambdaRuntime } from "./lambda-runtime.ts";

const { jwt } = testConfig(fixtureApi);

/** A request as an adapter makes it from an event. */
function requestOf(event: APIGatewayProxyEventV2, remainingMilliseconds?: number): Request {
  const request = new IncomingMessage(new Socket());
  return Object.assign(request, {
    apiGateway: { event, context: lambdaContext(remainingMilliseconds) },
  }) as unknown as Request;
}

/** The runtime's facts about a request that was made from an event. */
function received(
  options: EventOptions = {},
  { mappingKey, remainingMilliseconds }: { mappingKey?: string; remainingMilliseconds?: number } = {},
  headers: Readonly<Record<string, string>> = {},
) {
  const event = payloadEvent({ method: "GET", path: "/", headers }, options);
  return createLambdaRuntime({ jwt, accessLogSubject: false, mappingKey }).receive(
    requestOf(event, remainingMilliseconds),
  );
}

describe("the base path in Lambda", () => {
  const basePath = (domainName: string, stage: string, mappingKey?: string) =>
    received({ domainName, stage }, mappingKey === undefined ? {} : { mappingKey }).basePath;
  const own = "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com";

  for (const [what, host, stage, key, expected] of [
    ["the stage on the gateway's default endpoint", own, "mvp", undefined, "/mvp"],
    ["the stage on the gateway's default endpoint, whatever the mapping key", own, "mvp", "express", "/mvp"],
    ["nothing on the gateway's default endpoint with $default", own, "$default", "express", ""],
    [
      "the stage in China too",
      "a1b2c3d4e5.execute-api.cn-north-1.amazonaws.com.cn",
      "mvp",
      undefined,
      "/mvp",
    ],
    ["the stage at an IPv4 address, which is not a domain", "127.0.0.1", "mvp", "express", "/mvp"],
    ["the stage at an IPv6 address", "[::1]", "mvp", "express", "/mvp"],
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
      assert.equal(received({}, { remainingMilliseconds: remaining }).timeoutMilliseconds, expected);
    });
  }
});

describe("the origin in Lambda", () => {
  for (const [what, domainName, headers, expected] of [
    ["the domain that the gateway names", "api.example.com", {}, "https://api.example.com"],
    [
      "the gateway's domain, whatever host the client claims",
      "api.example.com",
      { host: "evil.example.com", "x-forwarded-host": "evil.example.com" },
      "https://api.example.com",
    ],
    [
      "the port of a local gateway, on the same host",
      "127.0.0.1",
      { host: "127.0.0.1:3000", "x-forwarded-proto": "http" },
      "http://127.0.0.1:3000",
    ],
    [
      "https where the protocol is not one",
      "api.example.com",
      { "x-forwarded-proto": "javascript" },
      "https://api.example.com",
    ],
  ] as const) {
    it(`is ${what}`, () => assert.equal(received({ domainName }, {}, headers).origin, expected));
  }
});

describe("the Lambda runtime", () => {
  it("has the gateway's request id", () => {
    assert.equal(received().requestId, "ZhMpgigvDoEEPlg=");
  });

  it("leaves CORS and the access log to the gateway: it has no middleware", () => {
    const { middleware } = createLambdaRuntime({ jwt, accessLogSubject: false, mappingKey: undefined });
    assert.deepEqual(middleware({} as ApiFacts), []);
  });

  it("refuses a request that was not made from an event", () => {
    const runtime = createLambdaRuntime({ jwt, accessLogSubject: false, mappingKey: undefined });
    const stranger = new IncomingMessage(new Socket()) as unknown as Request;
    const unknown = /was not made of an event/;
    assert.throws(() => runtime.receive(stranger), unknown);
    assert.throws(() => runtime.authenticate(stranger), TypeError);
  });

  it("takes the claims from the authorizer's event, and from no header of the request", async () => {
    const issuer = await startTestIssuer();
    try {
      const runtime = createLambdaRuntime({
        accessLogSubject: false,
        jwt: testConfig(fixtureApi, issuer).jwt,
        mappingKey: undefined,
      });
      const claims = issuer.claims(["USERS"]);
      const authorization = `Bearer ${issuer.sign(claims)}`;
      const authorizer = (await gatewayVerdict(authorization, issuer)) ?? {};
      const event = payloadEvent({ method: "GET", path: "/", headers: { authorization } }, { authorizer });
      const request = requestOf(event);
      request.headers.authorization = `Bearer ${issuer.sign(issuer.claims(["ADMINS"]))}`;
      const principal = await runtime.authenticate(request);
      assert.deepEqual({ ...principal.claims }, claims);
      assert.deepEqual(principal.groups, ["USERS"]);
    } finally {
      await issuer.close();
    }
  });
});

describe("the AWS caller in Lambda", () => {
  const runtime = createLambdaRuntime({ jwt, accessLogSubject: false, mappingKey: undefined });
  const callerOf = (authorizer?: object) =>
    runtime.awsCaller?.(
      requestOf(payloadEvent({ method: "GET", path: "/" }, authorizer ? { authorizer } : {})),
    );
  /** As in the Lambda developer guide. */
  const iam = {
    accessKey: "AKIAIOSFODNN7EXAMPLE",
    accountId: "111122223333",
    callerId: "AIDACKCEVSQ6C2EXAMPLE",
    cognitoIdentity: null,
    principalOrgId: null,
    userArn: "arn:aws:iam::111122223333:user/example-user",
    userId: "AIDACOSFODNN7EXAMPLE2",
  };

  it("is the signer, by ARN, without groups and scopes and without the access key", async () => {
    const caller = await callerOf({ iam });
    assert.deepEqual(caller, {
      subject: iam.userArn,
      groups: [],
      scopes: [],
      claims: {
        sub: iam.userArn,
        userArn: iam.userArn,
        userId: iam.userId,
        accountId: iam.accountId,
        callerId: iam.callerId,
      },
    });
    assert.ok(Object.isFrozen(caller) && Object.isFrozen(caller.claims));
  });

  it("is missing if the gateway verified no signature, or passes no claims", async () => {
    const jwt = { claims: { sub: iam.userArn, userArn: iam.userArn }, scopes: null };
    for (const authorizer of [
      undefined,
      {},
      { jwt },
      { iam: null },
      { iam: {} },
      { iam: { ...iam, userArn: "" } },
      { iam: { userArn: [iam.userArn] } },
    ])
      assert.equal(await callerOf(authorizer), undefined, JSON.stringify(authorizer));
  });
});
