import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkHttpApis } from "./check-http-api.ts";
import type { CorsConfiguration, HttpApi, JwtAuthorizer, Route, Stage } from "./http-api.ts";

const open = (routeKey: string): Route => ({ routeKey, authorizationType: "NONE" });
const jwt: JwtAuthorizer = { jwtConfiguration: { issuer: "https://issuer.example", audience: ["x"] } };
const guarded: Route = { routeKey: "$default", authorizationType: "JWT", authorizerId: "jwt" };
const many = <Item>(count: number, item: (index: number) => Item) =>
  Array.from({ length: count }, (_, i) => item(i));

function describeApi(overrides: Partial<HttpApi>): HttpApi {
  return {
    routes: [open("$default")],
    integration: { payloadFormatVersion: "2.0", timeoutMilliseconds: 29_000 },
    stages: [{ stageName: "$default" }],
    ...overrides,
  };
}

const route = (routeKey: string) => ({ routes: [open(routeKey)] });
const authorizer = (overrides: Partial<JwtAuthorizer>) => ({
  authorizers: { jwt: { ...jwt, ...overrides } },
});
const stage = (overrides: Partial<Stage>) => ({ stages: [{ stageName: "mvp", ...overrides }] });
const cors = (corsConfiguration: CorsConfiguration) => ({ corsConfiguration });
const mapping = (apiMappingKey: string) => ({
  apiMappings: [{ domainName: "localhost", apiMappingKey, stage: "$default" }],
});
const logFormat = (format: string) => stage({ accessLogSettings: { format } });

describe("a description that the service would refuse is refused with one sentence", () => {
  const mistakes: [title: string, overrides: object, sentence: RegExp][] = [
    [
      "§3.2 a method in lower case",
      route("get /items"),
      /"get \/items" starts with "get" but must start with one of GET/,
    ],
    ["§3.2 an unknown method", route("FETCH /items"), /"FETCH \/items" starts with "FETCH"/],
    ["§3.2 no path", route("GET"), /"GET" must be one method, one space and a path/],
    [
      "§3.2 a path without slash",
      route("GET items"),
      /must be one method, one space and a path that starts with \//,
    ],
    ["§3.2 two spaces", route("GET  /items"), /must be one method, one space/],
    ["§3.2 a trailing slash", route("GET /items/"), /"GET \/items\/" must not end in a slash/],
    ["§3.2 an empty segment", route("GET /a//b"), /has an empty path segment/],
    ["§3.2 a variable that is half a segment", route("GET /items-{id}"), /a variable is one whole segment/],
    ["§3.2 an unclosed variable", route("GET /{id"), /a variable is one whole segment/],
    ["§3.2 greedy before the end", route("GET /{proxy+}/x"), /\{greedy\+\} variable before its last segment/],
    ["§3.2 one variable name twice", route("GET /{id}/{id}"), /uses one variable name twice/],
    [
      "§3.2 routes that differ only in a variable's name",
      { routes: [open("GET /pets/{id}"), open("GET /pets/{petId}")] },
      /"GET \/pets\/\{id\}" and "GET \/pets\/\{petId\}" conflict/,
    ],
    [
      "§3.2 one route twice",
      { routes: [open("$default"), open("$default")] },
      /"\$default" and "\$default" conflict/,
    ],
    ["no route", { routes: [] }, /The API has no route/],
    [
      "§2.3 301 routes",
      { routes: many(301, (i) => open(`GET /${i}`)) },
      /301 routes, but an API can have at most 300/,
    ],
    [
      "JWT without authorizer",
      { routes: [{ ...guarded, authorizerId: undefined }] },
      /unknown authorizer undefined/,
    ],
    ["an unknown authorizer", { routes: [guarded] }, /names the unknown authorizer "jwt"; the API has: none/],
    [
      "an authorizer named like an inherited property",
      { routes: [{ ...guarded, authorizerId: "constructor" }], authorizers: { jwt } },
      /unknown authorizer "constructor"/,
    ],
    [
      "an unknown authorizationType",
      { routes: [{ routeKey: "$default", authorizationType: "CUSTOM" }] },
      /authorizationType "CUSTOM"; write "NONE", "JWT" or "AWS_IAM"/,
    ],
    [
      "NONE with an authorizer",
      { routes: [{ ...guarded, authorizationType: "NONE" }] },
      /authorizationType "NONE"; write "JWT"/,
    ],
    [
      "NONE with scopes",
      { routes: [{ ...open("$default"), authorizationScopes: ["a"] }] },
      /has an authorizer or scopes but authorizationType "NONE"/,
    ],
    [
      "§2.3 11 scopes",
      { routes: [{ ...guarded, authorizationScopes: many(11, String) }], authorizers: { jwt } },
      /11 scopes, but the route "\$default" can have at most 10/,
    ],
    [
      "a scope with a space",
      { routes: [{ ...guarded, authorizationScopes: ["a b"] }], authorizers: { jwt } },
      /invalid scope "a b"/,
    ],
    [
      "a scope with a quotation mark",
      { routes: [{ ...guarded, authorizationScopes: ['a"'] }], authorizers: { jwt } },
      /invalid scope/,
    ],
    [
      "§2.3 11 authorizers",
      { authorizers: Object.fromEntries(many(11, (i) => [String(i), jwt])) },
      /11 authorizers, but an API can have at most 10/,
    ],
    [
      "§4.1 an unknown identity source",
      authorizer({ identitySource: "$request.body.token" }),
      /identitySource "\$request.body.token"/,
    ],
    [
      "an issuer that is not a URL",
      authorizer({ jwtConfiguration: { issuer: "issuer.example", audience: ["x"] } }),
      /issuer "issuer.example"; write a URL/,
    ],
    [
      "a jwksUri that is not a URL",
      authorizer({ jwksUri: "file:///keys" }),
      /jwksUri "file:\/\/\/keys"; write a URL/,
    ],
    [
      "no audience",
      authorizer({ jwtConfiguration: { issuer: "https://issuer.example", audience: [] } }),
      /authorizer "jwt" has no audience/,
    ],
    [
      "§2.3 51 audiences",
      authorizer({ jwtConfiguration: { issuer: "https://issuer.example", audience: many(51, String) } }),
      /51 audiences/,
    ],
    [
      "payload format 1.0",
      { integration: { payloadFormatVersion: "1.0", timeoutMilliseconds: 50 } },
      /"1.0"; write "2.0"/,
    ],
    [
      "§2.3 a time-out of 49 ms",
      { integration: { payloadFormatVersion: "2.0", timeoutMilliseconds: 49 } },
      /timeoutMilliseconds is 49; write a whole number from 50 to 30000/,
    ],
    [
      "§2.3 a time-out of 30,001 ms",
      { integration: { payloadFormatVersion: "2.0", timeoutMilliseconds: 30_001 } },
      /timeoutMilliseconds is 30001/,
    ],
    ["no stage", { stages: [] }, /The API has no stage/],
    ["§2.3 11 stages", { stages: many(11, (i) => ({ stageName: `s${i}` })) }, /11 stages/],
    ["one stage twice", { stages: [{ stageName: "a" }, { stageName: "a" }] }, /Two stages are named "a"/],
    [
      "§6.1 a stage name with a slash",
      stage({ stageName: "a/b" }),
      /stage name "a\/b" must be "\$default" or letters/,
    ],
    [
      "§6.1 a stage name of 129 letters",
      stage({ stageName: "a".repeat(129) }),
      /must be "\$default" or letters/,
    ],
    [
      "§2.3 101 stage variables",
      stage({ stageVariables: Object.fromEntries(many(101, (i) => [`v${i}`, "x"])) }),
      /101 stage variables/,
    ],
    [
      "§6.3 a negative rate",
      stage({ defaultRouteSettings: { throttlingRateLimit: -1, throttlingBurstLimit: 1 } }),
      /stage "mvp" has the limits -1 and 1; write both/,
    ],
    [
      "§6.3 a rate without a burst",
      stage({ defaultRouteSettings: { throttlingRateLimit: 1 } as never }),
      /limits 1 and undefined; write both/,
    ],
    [
      "§6.3 settings for a route that does not exist",
      stage({ routeSettings: { "GET /x": { throttlingRateLimit: 1, throttlingBurstLimit: 1 } } }),
      /settings for "GET \/x", which is not a route/,
    ],
    [
      "§6.4 an unknown variable",
      logFormat("$context.requestId $context.nope"),
      /unknown variable \$context.nope/,
    ],
    [
      "§6.4 a variable named like an inherited property",
      logFormat("$context.requestId $context.constructor"),
      /unknown variable/,
    ],
    ["§6.4 a format without requestId", logFormat("$context.status"), /must have \$context.requestId or/],
    ["§6.4 a format of two lines", logFormat("$context.requestId\n"), /must be a single line/],
    [
      "§2.3 a format over 3 KB",
      logFormat(`$context.requestId${"x".repeat(3_072)}`),
      /longer than 3072 bytes/,
    ],
    [
      "§5 credentials with *",
      cors({ allowOrigins: ["*"], allowCredentials: true }),
      /allow-credentials is not supported if 'allow-origin' is \*/,
    ],
    [
      "§5 a wildcard for subdomains",
      cors({ allowOrigins: ["https://*.example"] }),
      /CORS origin "https:\/\/\*.example"/,
    ],
    ["§5 an origin with a path", cors({ allowOrigins: ["https://app.example/"] }), /CORS origin/],
    ["§5 an unknown method", cors({ allowMethods: ["get"] }), /CORS method "get" must be one of GET/],
    ["§5 a maxAge over a day", cors({ maxAge: 86_401 }), /maxAge is 86401/],
    [
      "§6.2 a key with a slash in front",
      mapping("/express"),
      /mapping key "\/express" must be path segments/,
    ],
    ["§6.2 a key with a slash at the end", mapping("express/"), /mapping key "express\/"/],
    ["§6.2 a slash alone", mapping("/"), /mapping key "\/"/],
    ["§6.2 an empty key", mapping(""), /mapping key ""/],
    ["§6.2 a key with a space", mapping("a b"), /mapping key "a b"/],
    ["§6.2 a key of 301 characters", mapping("a".repeat(301)), /mapping key/],
    [
      "§6.2 a mapping to an unknown stage",
      { apiMappings: [{ domainName: "localhost", stage: "mvp" }] },
      /mapping of "localhost" names the unknown stage "mvp"/,
    ],
    [
      "§6.2 a domain with a port",
      { apiMappings: [{ domainName: "localhost:3000", stage: "$default" }] },
      /domain name "localhost:3000" must be a host without port/,
    ],
    [
      "§6.2 one address twice",
      {
        apiMappings: [
          { domainName: "localhost", stage: "$default" },
          { domainName: "localhost", stage: "$default" },
        ],
      },
      /Two API mappings share the address localhost\//,
    ],
    [
      "§2.3 121 custom domains",
      { apiMappings: many(121, (i) => ({ domainName: `d${i}`, stage: "$default" })) },
      /121 custom domains/,
    ],
    [
      "§2.3 201 multi-level mappings",
      { apiMappings: many(201, (i) => ({ domainName: "d", apiMappingKey: `a/${i}`, stage: "$default" })) },
      /201 multi-level mappings, but the domain "d" can have at most 200/,
    ],
  ];
  for (const [title, overrides, sentence] of mistakes) {
    it(title, () => {
      const description = describeApi(overrides as Partial<HttpApi>);
      assert.throws(
        () => checkHttpApis([description]),
        (error: Error) => {
          assert.equal(error.name, "ConfigurationError");
          assert.match(error.message, sentence);
          assert.match(error.message, /[.]$/);
          return true;
        },
      );
    });
  }

  it("no API at all", () => {
    assert.throws(() => checkHttpApis([]), /There is no API/);
  });

  it("two APIs without apiIds of their own", () => {
    assert.throws(() => checkHttpApis([describeApi({}), describeApi({})]), /Two APIs have the apiId/);
  });

  it("two APIs at one address", () => {
    const apiMappings = [{ domainName: "localhost", apiMappingKey: "a", stage: "$default" }];
    const shouted = apiMappings.map((mapping) => ({ ...mapping, domainName: "LOCALHOST" }));
    const apis = [
      describeApi({ apiId: "one", apiMappings }),
      describeApi({ apiId: "two", apiMappings: shouted }),
    ];
    assert.throws(() => checkHttpApis(apis), /share the address localhost\/a/);
  });
});

describe("a description that the service would accept is accepted", () => {
  const accepted: [title: string, overrides: Partial<HttpApi>][] = [
    ["the smallest one", {}],
    ["300 routes", { routes: many(300, (i) => open(`GET /${i}`)) }],
    ["a variable and a greedy variable at one place", { routes: [open("GET /{id}"), open("GET /{proxy+}")] }],
    ["one path with several methods", { routes: [open("GET /a"), open("POST /a"), open("ANY /a")] }],
    ["an integration of 50 ms", { integration: { payloadFormatVersion: "2.0", timeoutMilliseconds: 50 } }],
    [
      "an integration of 30,000 ms",
      { integration: { payloadFormatVersion: "2.0", timeoutMilliseconds: 30_000 } },
    ],
    ["a query string identity source", authorizer({ identitySource: "$request.querystring.token" })],
    [
      "an access-log format with marks around its variables",
      logFormat("$context.requestId-$context.status:$context.path."),
    ],
    [
      "an access-log format with a claim that has a colon",
      logFormat("$context.requestId $context.authorizer.claims.cognito:username"),
    ],
    ["a mapping key of several levels with all its characters", mapping("v1/a-b_c.d+e!f*g'h(i)$")],
    [
      "CORS with every form of origin",
      cors({ allowOrigins: ["*", "https://*", "http://*", "http://localhost:5173"] }),
    ],
    ["limits of zero", stage({ defaultRouteSettings: { throttlingRateLimit: 0, throttlingBurstLimit: 0 } })],
    [
      "every documented variable of access logs",
      logFormat(
        "$context.extendedRequestId $context.awsEndpointRequestId $context.identity.sourceIp $context.integration.error " +
          "$context.authorizer.principalId $context.authorizer.claims.sub $context.error.responseType $context.dataProcessed",
      ),
    ],
  ];
  for (const [title, overrides] of accepted) {
    it(title, () => assert.doesNotThrow(() => checkHttpApis([describeApi(overrides)])));
  }
});
