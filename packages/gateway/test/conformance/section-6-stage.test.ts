// docs/behaviour.md §6: stages, API mappings, throttling and access logs.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HttpApi, RouteSettings } from "../../src/index.ts";
import { issuedAt, rsaKey, signToken, startIssuer, validClaims } from "../support/local-issuer.ts";
import { describeApi, openRoutes, startGateway } from "../support/start-gateway.ts";

describe("§6.1 stages", () => {
  it("§6.1 $default is at the root and every other stage at its name", async (t) => {
    const stages = [{ stageName: "$default" }, { stageName: "dev" }, { stageName: "prod-2" }];
    const gateway = await startGateway(t, { api: { stages } });
    assert.equal((await gateway.eventOf({ path: "/x" })).requestContext.stage, "$default");
    assert.equal((await gateway.eventOf({ path: "/dev/x" })).requestContext.stage, "dev");
    assert.equal((await gateway.eventOf({ path: "/prod-2/x" })).requestContext.stage, "prod-2");
  });

  it("§6.1 each stage has its own variables", async (t) => {
    const stages = [
      { stageName: "dev", stageVariables: { table: "dev-orders" } },
      { stageName: "prod", stageVariables: { table: "orders" } },
    ];
    const gateway = await startGateway(t, { api: { stages } });
    assert.deepEqual((await gateway.eventOf({ path: "/prod/x" })).stageVariables, { table: "orders" });
  });
});

describe("§6.2 API mappings", () => {
  const domainName = "api.example.com";
  const host = { host: domainName };

  function apiWith(apiId: string, ...keys: (string | undefined)[]): HttpApi {
    const apiMappings = keys.map((apiMappingKey) => ({
      domainName,
      stage: "$default",
      ...(apiMappingKey !== undefined && { apiMappingKey }),
    }));
    return describeApi({ apiId, apiMappings });
  }

  it("§6.2 the longest key wins, and the mapping without a key takes the rest", async (t) => {
    const apis = [
      apiWith("short", "v1"),
      apiWith("long", "v1/express"),
      apiWith("rest", undefined),
      apiWith("mid", "v1/ex"),
    ];
    const gateway = await startGateway(t, { apis });
    const apiOf = async (path: string) => {
      const { requestContext, rawPath } = await gateway.eventOf({ path, headers: host });
      return [requestContext.apiId, rawPath];
    };
    assert.deepEqual(await apiOf("/v1/express/items"), ["long", "/items"]);
    assert.deepEqual(await apiOf("/v1/items"), ["short", "/items"]);
    assert.deepEqual(await apiOf("/items"), ["rest", "/items"]);
  });

  it("§6.2 a key matches whole segments (unconfirmed)", async (t) => {
    const gateway = await startGateway(t, { apis: [apiWith("only", "express")] });
    assert.equal((await gateway.send({ path: "/expressfoo", headers: host })).status, 404);
  });

  it("§6.2 a host with another port or in another case is the same domain", async (t) => {
    const apiMappings = [{ domainName: "Api.Example.com", apiMappingKey: "express", stage: "$default" }];
    const gateway = await startGateway(t, { api: { apiMappings } });
    const headers = { host: "API.example.COM:8443" };
    assert.equal((await gateway.eventOf({ path: "/express/x", headers })).rawPath, "/x");
  });

  it("§6.2 a miss is a 404 Not Found (unconfirmed)", async (t) => {
    const gateway = await startGateway(t, { apis: [apiWith("only", "express")] });
    const answer = await gateway.send({ path: "/else", headers: host });
    assert.deepEqual([answer.status, answer.text], [404, '{"message":"Not Found"}']);
  });

  it("§6.2 with the switch mappingMiss a miss is a 403 Forbidden (unconfirmed)", async (t) => {
    const gateway = await startGateway(t, {
      apis: [apiWith("only", "express")],
      switches: { mappingMiss: 403 },
    });
    const answer = await gateway.send({ path: "/else", headers: host });
    assert.deepEqual([answer.status, answer.text], [403, '{"message":"Forbidden"}']);
  });

  it("§6.2 the client's path has the key and never the stage", async (t) => {
    const api = describeApi({
      routes: openRoutes("GET /items"),
      stages: [{ stageName: "mvp" }],
      apiMappings: [{ domainName, apiMappingKey: "express", stage: "mvp" }],
    });
    const gateway = await startGateway(t, { apis: [api] });
    assert.equal((await gateway.send({ path: "/express/items", headers: host })).status, 200);
    assert.equal((await gateway.send({ path: "/express/mvp/items", headers: host })).status, 404);
    assert.equal((await gateway.send({ path: "/mvp/items", headers: host })).status, 404);
  });

  it("§6.2 the execute-api form keeps working beside a mapping", async (t) => {
    const api = describeApi({
      stages: [{ stageName: "mvp" }],
      apiMappings: [{ domainName, apiMappingKey: "express", stage: "mvp" }],
    });
    const gateway = await startGateway(t, { apis: [api] });
    assert.equal((await gateway.send({ path: "/mvp/items" })).status, 200);
  });

  it("§6.2 domainName in the event is the custom domain and domainPrefix its first label", async (t) => {
    const gateway = await startGateway(t, { apis: [apiWith("only", "express")] });
    const { requestContext } = await gateway.eventOf({ path: "/express/x", headers: host });
    assert.deepEqual([requestContext.domainName, requestContext.domainPrefix], [domainName, "api"]);
  });
});

describe("§6.3 throttling", () => {
  const limit = (rate: number, burst: number): RouteSettings => ({
    throttlingRateLimit: rate,
    throttlingBurstLimit: burst,
  });

  it("§6.3 more requests than the burst get a 429 that does not reach the function, without retry-after (unconfirmed)", async (t) => {
    const stages = [{ stageName: "$default", defaultRouteSettings: limit(1, 2) }];
    const gateway = await startGateway(t, { api: { stages }, now: () => 0 });
    const answers = [await gateway.send(), await gateway.send(), await gateway.send()];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 429],
    );
    assert.equal(answers[2]?.text, '{"message":"Too Many Requests"}');
    assert.ok(!("retry-after" in (answers[2]?.headers ?? {})));
    assert.equal(gateway.events.length, 2);
  });

  it("§6.3 the bucket fills at the rate up to the burst", async (t) => {
    let milliseconds = 0;
    const stages = [{ stageName: "$default", defaultRouteSettings: limit(2, 2) }];
    const gateway = await startGateway(t, { api: { stages }, now: () => milliseconds });
    const statuses = async (count: number) => {
      const list: number[] = [];
      for (let index = 0; index < count; index += 1) list.push((await gateway.send()).status);
      return list;
    };
    assert.deepEqual(await statuses(3), [200, 200, 429]);
    milliseconds += 500;
    assert.deepEqual(await statuses(2), [200, 429]);
    milliseconds += 60_000;
    assert.deepEqual(await statuses(3), [200, 200, 429]);
  });

  it("§6.3 each route has one bucket for all clients", async (t) => {
    const stages = [{ stageName: "$default", defaultRouteSettings: limit(1, 1) }];
    const gateway = await startGateway(t, {
      api: { routes: openRoutes("GET /a", "GET /b"), stages },
      now: () => 0,
    });
    assert.equal(
      (await gateway.send({ path: "/a", headers: { "x-forwarded-for": "203.0.113.1" } })).status,
      200,
    );
    assert.equal(
      (await gateway.send({ path: "/a", headers: { "x-forwarded-for": "203.0.113.2" } })).status,
      429,
    );
    assert.equal((await gateway.send({ path: "/b" })).status, 200);
  });

  it("§6.3 a route's own limits take precedence over the stage's", async (t) => {
    const stages = [
      { stageName: "$default", defaultRouteSettings: limit(1, 1), routeSettings: { "GET /b": limit(1, 2) } },
    ];
    const gateway = await startGateway(t, {
      api: { routes: openRoutes("GET /a", "GET /b"), stages },
      now: () => 0,
    });
    await gateway.send({ path: "/b" });
    assert.equal((await gateway.send({ path: "/b" })).status, 200);
    assert.equal((await gateway.send({ path: "/b" })).status, 429);
  });

  it("§6.3 each stage has its own buckets", async (t) => {
    const stages = [
      { stageName: "dev", defaultRouteSettings: limit(1, 1) },
      { stageName: "prod", defaultRouteSettings: limit(1, 1) },
    ];
    const gateway = await startGateway(t, { api: { stages }, now: () => 0 });
    assert.equal((await gateway.send({ path: "/dev/x" })).status, 200);
    assert.equal((await gateway.send({ path: "/dev/x" })).status, 429);
    assert.equal((await gateway.send({ path: "/prod/x" })).status, 200);
  });

  it("§6.3 a rate and a burst of 0 refuse everything", async (t) => {
    const stages = [{ stageName: "$default", defaultRouteSettings: limit(0, 0) }];
    const gateway = await startGateway(t, { api: { stages } });
    assert.equal((await gateway.send()).status, 429);
  });

  it("§6.3 the account has a limit above all stages and APIs", async (t) => {
    const gateway = await startGateway(t, { accountThrottling: limit(1, 1), now: () => 0 });
    assert.equal((await gateway.send()).status, 200);
    assert.equal((await gateway.send()).status, 429);
  });

  const limited: [title: string, underTest: Parameters<typeof startGateway>[1], line: string][] = [
    [
      "a route's own limit",
      {
        api: { stages: [{ stageName: "$default", routeSettings: { $default: limit(1, 2) } }] },
      },
      'THROTTLED $default returns 429: over a rate of 1 a second and a burst of 2, set in routeSettings["$default"] of the stage "$default".',
    ],
    [
      "the stage's limit",
      { api: { stages: [{ stageName: "$default", defaultRouteSettings: limit(1, 2) }] } },
      'THROTTLED $default returns 429: over a rate of 1 a second and a burst of 2, set in defaultRouteSettings of the stage "$default".',
    ],
    [
      "the account's limit",
      { accountThrottling: limit(1, 2) },
      "THROTTLED $default returns 429: over a rate of 1 a second and a burst of 2, set in accountThrottling.",
    ],
  ];
  for (const [title, underTest, line] of limited) {
    it(`§6.3 one log line names ${title}, until its bucket has been full again`, async (t) => {
      let milliseconds = 0;
      const gateway = await startGateway(t, { ...underTest, now: () => milliseconds });
      const statuses = async (count: number) => {
        const seen: number[] = [];
        for (let sent = 0; sent < count; sent += 1) seen.push((await gateway.send()).status);
        return seen;
      };
      assert.deepEqual(await statuses(4), [200, 200, 429, 429]);
      assert.deepEqual(gateway.logLines, [line]);
      milliseconds = 1_000;
      assert.deepEqual(await statuses(2), [200, 429]);
      assert.deepEqual(gateway.logLines, [line]);
      milliseconds = 3_000;
      assert.deepEqual(await statuses(3), [200, 200, 429]);
      assert.deepEqual(gateway.logLines, [line, line]);
    });
  }

  it("§6.3 a request without a route takes nothing from a bucket (unconfirmed)", async (t) => {
    const gateway = await startGateway(t, {
      api: { routes: openRoutes("GET /a") },
      accountThrottling: limit(1, 1),
      now: () => 0,
    });
    assert.equal((await gateway.send({ path: "/else" })).status, 404);
    assert.equal((await gateway.send({ path: "/a" })).status, 200);
  });

  it("§6.3 a request is throttled before its token is checked (unconfirmed)", async (t) => {
    const issuer = await startIssuer(t);
    const api: Partial<HttpApi> = {
      routes: [{ routeKey: "$default", authorizationType: "JWT", authorizerId: "jwt" }],
      authorizers: { jwt: { jwtConfiguration: { issuer: issuer.issuer, audience: ["x"] } } },
      stages: [{ stageName: "$default", defaultRouteSettings: limit(1, 1) }],
    };
    const gateway = await startGateway(t, { api, now: () => 0 });
    assert.equal((await gateway.send()).status, 401);
    assert.equal((await gateway.send()).status, 429);
  });
});

describe("§6.4 access log", () => {
  async function lineOf(
    t: Parameters<typeof startGateway>[0],
    format: string,
    request: Parameters<Awaited<ReturnType<typeof startGateway>>["send"]>[0],
    underTest: Parameters<typeof startGateway>[1] = {},
  ): Promise<string> {
    const stages = [{ stageName: "$default", accessLogSettings: { format: `$context.requestId ${format}` } }];
    const gateway = await startGateway(t, { ...underTest, api: { stages, ...underTest.api } });
    await gateway.send(request);
    assert.equal(gateway.logLines.length, 1);
    return (gateway.logLines[0] ?? "").replace(/^\S+ /, "");
  }

  it("§6.4 a line is the stage's format with its variables filled in", async (t) => {
    const now = () => 1_718_639_369_348;
    const format =
      "$context.httpMethod $context.path $context.routeKey $context.stage $context.protocol $context.status " +
      "$context.responseLength $context.requestTimeEpoch [$context.requestTime] $context.domainName " +
      "$context.identity.sourceIp $context.identity.userAgent $context.dataProcessed $context.apiId";
    const request = { path: "/a%20b?x=1", headers: { "user-agent": "curl/8.7.1" } };
    assert.equal(
      await lineOf(t, format, request, { now, api: { apiId: "a1b2c3d4e5" } }),
      "GET /a b $default $default HTTP/1.1 200 2 1718639369348 [17/Jun/2024:15:49:29 +0000] 127.0.0.1 " +
        "127.0.0.1 curl/8.7.1 2 a1b2c3d4e5",
    );
  });

  it("§6.4 requestId is the response's apigw-requestid", async (t) => {
    const stages = [{ stageName: "$default", accessLogSettings: { format: "$context.requestId" } }];
    const gateway = await startGateway(t, { api: { stages } });
    const answer = await gateway.send();
    assert.deepEqual(gateway.logLines, [answer.headers["apigw-requestid"]]);
  });

  it("§6.4 a missing value prints a hyphen", async (t) => {
    const format =
      "$context.error.message $context.authorizer.error $context.authorizer.claims.sub " +
      "$context.customDomain.basePathMatched $context.identity.userAgent $context.identity.user";
    assert.equal(await lineOf(t, format, {}), "- - - - - -");
  });

  it("§6.4 latencies are milliseconds", async (t) => {
    let milliseconds = 0;
    const handler = () => {
      milliseconds += 7;
      return {};
    };
    const format = "$context.integrationLatency $context.integration.latency $context.responseLatency";
    assert.equal(await lineOf(t, format, {}, { handler, now: () => milliseconds }), "7 7 7");
  });

  it("§6.4 integration.status is the function's and integrationStatus the Lambda service's", async (t) => {
    const handler = () => ({ statusCode: 418 });
    const format =
      "$context.integration.status $context.integrationStatus $context.integration.integrationStatus";
    assert.equal(await lineOf(t, format, {}, { handler }), "418 200 200");
  });

  it("§6.4 integration.requestId is the function's awsRequestId, and so is awsEndpointRequestId", async (t) => {
    const line = await lineOf(t, "$context.integration.requestId $context.awsEndpointRequestId", {});
    assert.match(line, /^([0-9a-f-]{36}) \1$/);
  });

  it("§2.2 a throw is explained by integrationErrorMessage", async (t) => {
    const handler = () => {
      throw new Error("no table");
    };
    assert.equal(
      await lineOf(t, "$context.status $context.integrationErrorMessage", {}, { handler }),
      "500 The Lambda function returned the following error: no table. Check your Lambda function code and try again.",
    );
  });

  it("§6.4 a 401 is explained by authorizer.error", async (t) => {
    const api: Partial<HttpApi> = {
      routes: [{ routeKey: "$default", authorizationType: "JWT", authorizerId: "jwt" }],
      authorizers: { jwt: { jwtConfiguration: { issuer: "https://issuer.example", audience: ["x"] } } },
    };
    const format =
      "$context.status $context.authorizer.error $context.error.message $context.error.messageString";
    const line = await lineOf(t, format, { headers: { authorization: "rubbish" } }, { api });
    assert.equal(
      line,
      '401 invalid_token: token contains an invalid number of segments Unauthorized "Unauthorized"',
    );
  });

  it("§6.4 claims of an accepted token can be printed", async (t) => {
    const issuer = await startIssuer(t);
    const api: Partial<HttpApi> = {
      routes: [{ routeKey: "$default", authorizationType: "JWT", authorizerId: "jwt" }],
      authorizers: { jwt: { jwtConfiguration: { issuer: issuer.issuer, audience: [issuer.audience] } } },
    };
    const token = signToken(rsaKey("first"), { ...validClaims(issuer), groups: ["A", "B"] });
    const format =
      "$context.authorizer.claims.sub $context.authorizer.claims.groups $context.authorizer.claims.constructor";
    const request = { headers: { authorization: token } };
    assert.equal(await lineOf(t, format, request, { api, now: () => issuedAt * 1000 }), "u1 [A B] -");
  });

  it("§6.4 a request without a route is logged with a hyphen for its routeKey", async (t) => {
    const format = "$context.status $context.routeKey $context.error.responseType";
    assert.equal(
      await lineOf(t, format, { path: "/x" }, { api: { routes: openRoutes("GET /a") } }),
      "404 - NOT_FOUND",
    );
  });

  it("§6.4 the mapping key is customDomain.basePathMatched", async (t) => {
    const apiMappings = [{ domainName: "localhost", apiMappingKey: "v1/express", stage: "$default" }];
    const request = { path: "/v1/express/x", headers: { host: "localhost" } };
    assert.equal(
      await lineOf(t, "$context.customDomain.basePathMatched", request, { api: { apiMappings } }),
      "v1/express",
    );
  });

  it("§6.4 a client cannot break the line or forge a field (escaping unconfirmed)", async (t) => {
    const request = { path: "/a%0Ab", headers: { "user-agent": 'x","status":"200' } };
    const line = await lineOf(t, '{"path":"$context.path","agent":"$context.identity.userAgent"}', request);
    assert.deepEqual(JSON.parse(line), { path: "/a\nb", agent: 'x","status":"200' });
    assert.ok(!line.includes("\n"));
  });
});
