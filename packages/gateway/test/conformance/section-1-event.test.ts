// docs/behaviour.md §1: the payload 2.0 event.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it, type TestContext } from "node:test";
import { gzipSync } from "node:zlib";
import type { HttpApi, HttpApiEvent, Switches } from "../../src/index.ts";
import { rsaKey, signToken, startIssuer } from "../support/local-issuer.ts";
import { openRoutes, type SentRequest, startGateway } from "../support/start-gateway.ts";

const goldenDirectory = new URL("../golden/", import.meta.url);

interface Golden {
  $source: string;
  api: Partial<HttpApi>;
  request: SentRequest;
  claims?: Record<string, unknown>;
  event: HttpApiEvent;
}

describe("§1.1 and §1.2 whole events", () => {
  for (const file of readdirSync(goldenDirectory)) {
    const golden = JSON.parse(readFileSync(new URL(file, goldenDirectory), "utf8")) as Golden;

    it(`§1.1 ${file} has every field, value and absence of its source`, async (t) => {
      assert.match(golden.$source, /./);
      const event = await eventOfGolden(t, golden);
      assertGenerated(event);
      const expected = golden.event;
      event.requestContext.requestId = expected.requestContext.requestId;
      event.headers["x-amzn-trace-id"] = expected.headers["x-amzn-trace-id"] ?? "";
      if (expected.headers.authorization) event.headers.authorization = expected.headers.authorization;
      assert.deepEqual(event, expected);
    });

    it(`§1.2 ${file} has its fields in the order of its source`, async (t) => {
      const event = await eventOfGolden(t, golden);
      assert.deepEqual(Object.keys(event), Object.keys(golden.event));
      assert.deepEqual(Object.keys(event.requestContext), Object.keys(golden.event.requestContext));
      assert.deepEqual(Object.keys(event.headers), Object.keys(golden.event.headers));
    });
  }
});

async function eventOfGolden(t: TestContext, golden: Golden): Promise<HttpApiEvent> {
  const headers = [...(golden.request.headers as string[])];
  let api = golden.api;
  if (golden.claims) {
    const key = rsaKey("golden");
    const issuer = await startIssuer(t, [key]);
    const token = signToken(key, { ...golden.claims });
    headers.push("authorization", `Bearer ${token}`);
    const { iss, aud } = golden.claims as { iss: string; aud: string };
    const jwtConfiguration = { issuer: iss, audience: [aud] };
    api = { ...api, authorizers: { jwt: { jwtConfiguration, jwksUri: issuer.jwksUri } } };
  }
  const now = () => golden.event.requestContext.timeEpoch;
  const gateway = await startGateway(t, { api, now });
  return gateway.eventOf({ ...golden.request, headers });
}

function assertGenerated(event: HttpApiEvent): void {
  assert.match(event.requestContext.requestId, /^[A-Za-z0-9_-]{15}=$/);
  assert.match(event.headers["x-amzn-trace-id"] ?? "", /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
}

describe("§1.2 fields", () => {
  it("§1.2 a request without query, cookies, body, variables and authorizer leaves those fields out", async (t) => {
    const gateway = await startGateway(t);
    const event = await gateway.eventOf();
    assert.equal(event.rawQueryString, "");
    for (const field of ["cookies", "queryStringParameters", "pathParameters", "stageVariables", "body"]) {
      assert.ok(!(field in event), field);
    }
    assert.ok(!("authorizer" in event.requestContext));
    assert.ok(!("authentication" in event.requestContext));
  });

  it("§1.2 the event has no null anywhere on an open route", async (t) => {
    const gateway = await startGateway(t);
    assert.ok(!JSON.stringify(await gateway.eventOf()).includes("null"));
  });

  it("§1.2 requestId is also the response's apigw-requestid", async (t) => {
    const gateway = await startGateway(t);
    const answer = await gateway.send();
    assert.equal(answer.headers["apigw-requestid"], gateway.events[0]?.requestContext.requestId);
  });

  it("§1.2 every request has a different requestId", async (t) => {
    const gateway = await startGateway(t);
    const first = await gateway.eventOf();
    const second = await gateway.eventOf();
    assert.notEqual(first.requestContext.requestId, second.requestContext.requestId);
  });

  it("§1.2 time is dd/MMM/yyyy:HH:mm:ss +0000 in UTC and timeEpoch the same moment in milliseconds", async (t) => {
    const gateway = await startGateway(t, { now: () => 1_718_639_369_348 });
    const { requestContext } = await gateway.eventOf();
    assert.equal(requestContext.time, "17/Jun/2024:15:49:29 +0000");
    assert.equal(requestContext.timeEpoch, 1_718_639_369_348);
  });

  it("§1.2 a day below ten has a leading zero", async (t) => {
    const gateway = await startGateway(t, { now: () => Date.UTC(2026, 0, 2, 3, 4, 5) });
    assert.equal((await gateway.eventOf()).requestContext.time, "02/Jan/2026:03:04:05 +0000");
  });

  it("§1.2 domainName is the host without port and domainPrefix its first label", async (t) => {
    const gateway = await startGateway(t);
    const { requestContext } = await gateway.eventOf({ headers: { host: "api.example.com:8443" } });
    assert.equal(requestContext.domainName, "api.example.com");
    assert.equal(requestContext.domainPrefix, "api");
  });

  it("§1.2 sourceIp is the peer of the connection, whatever x-forwarded-for says", async (t) => {
    const gateway = await startGateway(t);
    const { requestContext } = await gateway.eventOf({ headers: { "x-forwarded-for": "203.0.113.9" } });
    assert.equal(requestContext.http.sourceIp, "127.0.0.1");
  });

  it("§1.2 protocol is HTTP/1.1", async (t) => {
    const gateway = await startGateway(t);
    assert.equal((await gateway.eventOf()).requestContext.http.protocol, "HTTP/1.1");
  });

  it("§1.2 userAgent is the client's, and empty without one", async (t) => {
    const gateway = await startGateway(t);
    const named = await gateway.eventOf({ headers: { "user-agent": "curl/8.7.1" } });
    assert.equal(named.requestContext.http.userAgent, "curl/8.7.1");
    assert.equal((await gateway.eventOf()).requestContext.http.userAgent, "");
  });

  it("§1.2 stageVariables are the stage's", async (t) => {
    const stages = [{ stageName: "$default", stageVariables: { k: "v" } }];
    const gateway = await startGateway(t, { api: { stages } });
    assert.deepEqual((await gateway.eventOf()).stageVariables, { k: "v" });
  });

  it("§1.2 accountId and apiId are the API's", async (t) => {
    const gateway = await startGateway(t, { api: { apiId: "a1b2c3d4e5", accountId: "210987654321" } });
    const { requestContext } = await gateway.eventOf();
    assert.deepEqual([requestContext.apiId, requestContext.accountId], ["a1b2c3d4e5", "210987654321"]);
  });

  it("§1.2 routeKey occurs twice, without the stage", async (t) => {
    const api = { routes: openRoutes("GET /pets/{petId}"), stages: [{ stageName: "mvp" }] };
    const gateway = await startGateway(t, { api });
    const event = await gateway.eventOf({ path: "/mvp/pets/7" });
    assert.equal(event.routeKey, "GET /pets/{petId}");
    assert.equal(event.requestContext.routeKey, "GET /pets/{petId}");
  });
});

describe("§1.3 headers", () => {
  it("§1.3 names are lower-case and in alphabetical order", async (t) => {
    const gateway = await startGateway(t);
    const { headers } = await gateway.eventOf({ headers: { "X-Zebra": "1", Accept: "*/*", "X-Apple": "2" } });
    assert.deepEqual(Object.keys(headers), Object.keys(headers).sort());
    assert.equal(headers["x-zebra"], "1");
  });

  it("§1.3 a header sent twice is one text joined with a comma and no space", async (t) => {
    const gateway = await startGateway(t);
    const sent = ["host", "127.0.0.1", "x-probe", "first", "X-Probe", "second"];
    assert.equal((await gateway.eventOf({ headers: sent })).headers["x-probe"], "first,second");
  });

  it("§1.3 cookies are split, trimmed and removed from the headers", async (t) => {
    const gateway = await startGateway(t);
    const event = await gateway.eventOf({ headers: { cookie: "session=abc123;  theme=dark ; " } });
    assert.deepEqual(event.cookies, ["session=abc123", "theme=dark"]);
    assert.ok(!("cookie" in event.headers));
  });

  it("§1.3 cookies of several cookie headers are all present", async (t) => {
    const gateway = await startGateway(t);
    const sent = ["host", "127.0.0.1", "cookie", "a=1; b=2", "cookie", "c=3"];
    assert.deepEqual((await gateway.eventOf({ headers: sent })).cookies, ["a=1", "b=2", "c=3"]);
  });

  it("§1.3 a bodyless GET has content-length 0", async (t) => {
    const gateway = await startGateway(t);
    assert.equal((await gateway.eventOf()).headers["content-length"], "0");
  });

  it("§1.3 a chunked body has its real content-length and no transfer-encoding", async (t) => {
    const gateway = await startGateway(t);
    const headers = { "transfer-encoding": "chunked", "content-type": "text/plain" };
    const event = await gateway.eventOf({ method: "POST", headers, body: "hello" });
    assert.equal(event.headers["content-length"], "5");
    assert.ok(!("transfer-encoding" in event.headers));
    assert.equal(event.body, "hello");
  });

  it("§1.3 x-amzn-trace-id, x-forwarded-port and x-forwarded-proto are written by the gateway", async (t) => {
    const gateway = await startGateway(t);
    const { headers } = await gateway.eventOf({
      headers: { "x-forwarded-proto": "ftp", "x-forwarded-port": "1" },
    });
    assert.match(headers["x-amzn-trace-id"] ?? "", /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    assert.equal(headers["x-forwarded-port"], "443");
    assert.equal(headers["x-forwarded-proto"], "https");
  });

  it("§1.3 with the switch forwardedHeaders, port and protocol are those of the local socket", async (t) => {
    const gateway = await startGateway(t, { switches: { forwardedHeaders: "listener" } });
    const { headers } = await gateway.eventOf();
    assert.equal(headers["x-forwarded-port"], String(gateway.port));
    assert.equal(headers["x-forwarded-proto"], "http");
  });

  it("§1.3 x-forwarded-for keeps the client's value and ends in the peer", async (t) => {
    const gateway = await startGateway(t);
    const { headers } = await gateway.eventOf({ headers: { "x-forwarded-for": "203.0.113.9" } });
    assert.equal(headers["x-forwarded-for"], "203.0.113.9, 127.0.0.1");
    assert.equal((await gateway.eventOf()).headers["x-forwarded-for"], "127.0.0.1");
  });

  it("§1.3 a client's x-forwarded-host passes (unconfirmed)", async (t) => {
    const gateway = await startGateway(t);
    const { headers } = await gateway.eventOf({ headers: { "x-forwarded-host": "evil.example" } });
    assert.equal(headers["x-forwarded-host"], "evil.example");
  });

  it("§1.3 host is what the client sent, with its port", async (t) => {
    const gateway = await startGateway(t);
    assert.equal(
      (await gateway.eventOf({ headers: { host: "localhost:3000" } })).headers.host,
      "localhost:3000",
    );
  });

  for (const name of [
    "connection",
    "keep-alive",
    "te",
    "upgrade",
    "proxy-authorization",
    "proxy-connection",
  ]) {
    it(`§1.3 the hop-by-hop header ${name} is dropped (unconfirmed)`, async (t) => {
      const gateway = await startGateway(t);
      const value = name === "connection" ? "close" : "x";
      assert.ok(!(name in (await gateway.eventOf({ headers: { [name]: value } })).headers));
    });
  }

  it("§1.3 a header called __proto__ is a header like any other", async (t) => {
    const gateway = await startGateway(t);
    const { headers } = await gateway.eventOf({ headers: ["host", "127.0.0.1", "__proto__", "x"] });
    assert.equal(Object.getOwnPropertyDescriptor(headers, "__proto__")?.value, "x");
  });
});

describe("§1.4 path decoding", () => {
  const decoded: [sent: string, rawPath: string, confidence?: string][] = [
    ["/a%2Fb", "/a/b"],
    ["/capture/space%20value", "/capture/space value"],
    ["/%40id%2Fx%23", "/@id/x#"],
    ["/unicode-%CE%BB", "/unicode-λ"],
    ["/question%3Fvalue", "/question"],
    ["/p/100%25", "/p/100%", " (unconfirmed)"],
    ["/bad%zz", "/bad%zz", " (unconfirmed)"],
    ["/bad%zz%20x", "/bad%zz x", " (unconfirmed)"],
    ["/not-utf8%FF", "/not-utf8%FF", " (unconfirmed)"],
    ["/trailing/", "/trailing/"],
    ["//double//slash", "//double//slash", " (unconfirmed)"],
  ];
  for (const [sent, rawPath, confidence = ""] of decoded) {
    it(`§1.4 ${sent} arrives as ${rawPath} in rawPath and http.path${confidence}`, async (t) => {
      const gateway = await startGateway(t);
      const event = await gateway.eventOf({ path: sent });
      assert.equal(event.rawPath, rawPath);
      assert.equal(event.requestContext.http.path, rawPath);
    });
  }

  it("§1.4 a decoded question mark does not change the query", async (t) => {
    const gateway = await startGateway(t);
    assert.equal((await gateway.eventOf({ path: "/a%3Fb=1?c=2" })).rawQueryString, "c=2");
  });

  const twice: [sent: string, rawPath: string][] = [
    ["/literal%252Fvalue", "/literal/value"],
    ["/literal%253Fvalue", "/literal?value"],
    ["/literal%2525value", "/literal%value"],
    ["/question%3Fvalue", "/question"],
    ["/slash%2Fvalue", "/slash/value"],
  ];
  for (const [sent, rawPath] of twice) {
    it(`§1.4 with the switch pathDecoding, ${sent} arrives as ${rawPath} (unconfirmed)`, async (t) => {
      const gateway = await startGateway(t, { switches: { pathDecoding: "twice" } });
      assert.equal((await gateway.eventOf({ path: sent })).rawPath, rawPath);
    });
  }

  it("§1.4 with the switch pathDecoding, a bare percent sign left by the first pass is 400 (unconfirmed)", async (t) => {
    const gateway = await startGateway(t, { switches: { pathDecoding: "twice" } });
    const answer = await gateway.send({ path: "/percent%25done" });
    assert.deepEqual([answer.status, answer.text], [400, '{"message":"Bad Request"}']);
  });
});

describe("§1.5 stage and mapping key", () => {
  const greedy = openRoutes("ANY /{proxy+}");
  const cases: {
    access: string;
    api: Partial<HttpApi>;
    host: string;
    path: string;
    rawPath: string;
    switches?: Partial<Switches>;
    confidence?: string;
  }[] = [
    { access: "execute-api, $default", api: {}, host: "127.0.0.1", path: "/items", rawPath: "/items" },
    {
      access: "execute-api, named stage",
      api: { stages: [{ stageName: "mvp" }] },
      host: "127.0.0.1",
      path: "/mvp/items",
      rawPath: "/mvp/items",
    },
    {
      access: "custom domain with key, $default",
      api: { apiMappings: [{ domainName: "api.example.com", apiMappingKey: "express", stage: "$default" }] },
      host: "api.example.com",
      path: "/express/items",
      rawPath: "/items",
    },
    {
      access: "custom domain with key, named stage",
      api: {
        stages: [{ stageName: "mvp" }],
        apiMappings: [{ domainName: "localhost", apiMappingKey: "express", stage: "mvp" }],
      },
      host: "localhost:3000",
      path: "/express/items",
      rawPath: "/mvp/items",
      confidence: " (unconfirmed)",
    },
    {
      access: "custom domain without key, named stage",
      api: { stages: [{ stageName: "mvp" }], apiMappings: [{ domainName: "localhost", stage: "mvp" }] },
      host: "localhost",
      path: "/items",
      rawPath: "/mvp/items",
      confidence: " (unconfirmed)",
    },
    {
      access: "custom domain with key, named stage, switch stageInCustomDomainPath",
      api: {
        stages: [{ stageName: "mvp" }],
        apiMappings: [{ domainName: "localhost", apiMappingKey: "express", stage: "mvp" }],
      },
      host: "localhost",
      path: "/express/items",
      rawPath: "/items",
      switches: { stageInCustomDomainPath: "removed" },
      confidence: " (unconfirmed)",
    },
    {
      access: "custom domain without key, named stage, switch stageInCustomDomainPath",
      api: { stages: [{ stageName: "mvp" }], apiMappings: [{ domainName: "localhost", stage: "mvp" }] },
      host: "localhost",
      path: "/items",
      rawPath: "/items",
      switches: { stageInCustomDomainPath: "removed" },
      confidence: " (unconfirmed)",
    },
  ];
  for (const { access, api, host, path, rawPath, switches = {}, confidence = "" } of cases) {
    it(`§1.5 ${access}: ${path} arrives as ${rawPath}${confidence}`, async (t) => {
      const gateway = await startGateway(t, { api: { routes: greedy, ...api }, switches });
      const event = await gateway.eventOf({ path, headers: { host } });
      assert.equal(event.rawPath, rawPath);
      assert.equal(event.requestContext.http.path, rawPath);
      assert.deepEqual(event.pathParameters, { proxy: "items" });
    });
  }

  it("§1.5 the mapping key is in no field of the event", async (t) => {
    const api = {
      stages: [{ stageName: "mvp" }],
      apiMappings: [{ domainName: "localhost", apiMappingKey: "outer-prefix", stage: "mvp" }],
    };
    const gateway = await startGateway(t, { api });
    const event = await gateway.eventOf({ path: "/outer-prefix/items", headers: { host: "localhost" } });
    assert.ok(!JSON.stringify(event).includes("outer-prefix"));
  });

  it("§1.5 the key alone is the root of the API", async (t) => {
    const api = {
      routes: openRoutes("GET /"),
      apiMappings: [{ domainName: "localhost", apiMappingKey: "express", stage: "$default" }],
    };
    const gateway = await startGateway(t, { api });
    assert.equal((await gateway.eventOf({ path: "/express", headers: { host: "localhost" } })).rawPath, "/");
    assert.equal((await gateway.eventOf({ path: "/express/", headers: { host: "localhost" } })).rawPath, "/");
  });
});

describe("§1.6 query string", () => {
  const cases: [query: string, parameters: Record<string, string> | undefined, confidence?: string][] = [
    ["repeat=one&repeat=two", { repeat: "one,two" }],
    ["redirect=https%3A%2F%2Fe.com%2Fa", { redirect: "https://e.com/a" }],
    ["literalPlus=a+b", { literalPlus: "a b" }],
    ["encodedPlus=a%2Bb", { encodedPlus: "a+b" }],
    ["empty=", { empty: "" }],
    ["z=1&a=2", { a: "2", z: "1" }],
    ["x=a=b", { x: "a=b" }],
    ["flag", { flag: "" }, " (unconfirmed)"],
    ["bad=%zz", { bad: "%zz" }, " (unconfirmed)"],
    ["&", undefined, " (unconfirmed)"],
  ];
  for (const [query, parameters, confidence = ""] of cases) {
    it(`§1.6 ?${query} stays verbatim in rawQueryString and is decoded in the map${confidence}`, async (t) => {
      const gateway = await startGateway(t);
      const event = await gateway.eventOf({ path: `/?${query}` });
      assert.equal(event.rawQueryString, query);
      assert.deepEqual(event.queryStringParameters, parameters);
      assert.deepEqual(Object.keys(event.queryStringParameters ?? {}), Object.keys(parameters ?? {}));
    });
  }

  it("§1.6 a parameter called __proto__ is a parameter like any other", async (t) => {
    const gateway = await startGateway(t);
    const { queryStringParameters = {} } = await gateway.eventOf({ path: "/?__proto__=x" });
    assert.equal(Object.getOwnPropertyDescriptor(queryStringParameters, "__proto__")?.value, "x");
  });
});

describe("§1.7 path parameters", () => {
  it("§1.7 values are decoded", async (t) => {
    const gateway = await startGateway(t, { api: { routes: openRoutes("GET /pets/{petId}") } });
    assert.deepEqual((await gateway.eventOf({ path: "/pets/a%20b" })).pathParameters, { petId: "a b" });
  });

  it("§1.7 a greedy value has no leading slash and spans segments", async (t) => {
    const gateway = await startGateway(t, { api: { routes: openRoutes("ANY /pets/{proxy+}") } });
    assert.deepEqual((await gateway.eventOf({ path: "/pets/a/b/c" })).pathParameters, { proxy: "a/b/c" });
  });

  it("§1.7 a greedy value has no trailing slash although rawPath keeps it (unconfirmed)", async (t) => {
    const gateway = await startGateway(t, { api: { routes: openRoutes("ANY /{proxy+}") } });
    const event = await gateway.eventOf({ path: "/pets/7/" });
    assert.equal(event.rawPath, "/pets/7/");
    assert.deepEqual(event.pathParameters, { proxy: "pets/7" });
  });

  it("§1.7 a route without variables and $default leave the field out", async (t) => {
    const gateway = await startGateway(t, { api: { routes: openRoutes("GET /pets", "$default") } });
    assert.ok(!("pathParameters" in (await gateway.eventOf({ path: "/pets" }))));
    assert.ok(!("pathParameters" in (await gateway.eventOf({ path: "/else" }))));
  });

  it("§1.7 several variables are all present", async (t) => {
    const gateway = await startGateway(t, { api: { routes: openRoutes("GET /{owner}/pets/{petId}") } });
    const { pathParameters } = await gateway.eventOf({ path: "/ann/pets/7" });
    assert.deepEqual(pathParameters, { owner: "ann", petId: "7" });
  });
});

describe("§1.8 body and base64", () => {
  const cases: [contentType: string | undefined, isBase64Encoded: boolean, confidence?: string][] = [
    ["text/plain", false],
    ["text/html", false],
    ["text/csv", false],
    ["text/xml", false],
    ["application/json", false],
    ["application/xml", false],
    ["application/javascript", false],
    ["application/graphql", false],
    ["application/json;charset=utf-8", false],
    ["text/plain; charset=UTF-8", false],
    ["text/plain;charset=iso-8859-1", true],
    ["application/x-www-form-urlencoded", true],
    [undefined, true],
    ["multipart/form-data; boundary=x", true],
    ["application/octet-stream", true],
    ["application/pdf", true],
    ["image/png", true],
    ["audio/mpeg", true],
    ["made/up", true],
    ["application/problem+json", true, " (unconfirmed)"],
    ["text/html;charset=utf-8", false, " (unconfirmed)"],
    ["application/json; profile=x", false, " (unconfirmed)"],
  ];
  for (const [contentType, isBase64Encoded, confidence = ""] of cases) {
    const arrives = isBase64Encoded ? "as base64" : "as text";
    it(`§1.8 a body of ${contentType ?? "no content type"} arrives ${arrives}${confidence}`, async (t) => {
      const gateway = await startGateway(t);
      const headers = contentType ? { "content-type": contentType } : {};
      const event = await gateway.eventOf({ method: "POST", headers, body: '{"a":"λ"}' });
      assert.equal(event.isBase64Encoded, isBase64Encoded);
      assert.equal(event.body, isBase64Encoded ? Buffer.from('{"a":"λ"}').toString("base64") : '{"a":"λ"}');
    });
  }

  it("§1.8 with the switch structuredSuffixBodies, +json arrives as text (unconfirmed)", async (t) => {
    const gateway = await startGateway(t, { switches: { structuredSuffixBodies: "text" } });
    const headers = { "content-type": "application/problem+json" };
    assert.equal((await gateway.eventOf({ method: "POST", headers, body: "{}" })).body, "{}");
  });

  it("§1.8 a compressed JSON body arrives as base64 (unconfirmed)", async (t) => {
    const gateway = await startGateway(t);
    const headers = { "content-type": "application/json", "content-encoding": "gzip" };
    const body = gzipSync("{}");
    const event = await gateway.eventOf({ method: "POST", headers, body });
    assert.equal(event.isBase64Encoded, true);
    assert.deepEqual(Buffer.from(event.body ?? "", "base64"), body);
  });

  it("§1.8 bytes that are not UTF-8 arrive as base64 whatever their type (unconfirmed)", async (t) => {
    const gateway = await startGateway(t);
    const body = Buffer.from([0xff, 0x00, 0xfe]);
    const event = await gateway.eventOf({ method: "POST", headers: { "content-type": "text/plain" }, body });
    assert.equal(event.body, body.toString("base64"));
  });

  it("§1.8 an empty body leaves body out and isBase64Encoded false", async (t) => {
    const gateway = await startGateway(t);
    const event = await gateway.eventOf({ method: "POST", headers: { "content-type": "image/png" } });
    assert.ok(!("body" in event));
    assert.equal(event.isBase64Encoded, false);
  });
});
