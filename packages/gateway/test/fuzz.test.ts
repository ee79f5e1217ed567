// Whatever clients, tokens and functions send, the gateway answers with a status that the service could give,
// does not blame the function for a client's mistake or the client for a function's, and keeps running.

import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import fc from "fast-check";
import { createInspector, type Invocation, type LambdaFunction } from "../src/index.ts";
import { issuedAt, rsaKey, signToken, startIssuer, validClaims } from "./support/local-issuer.ts";
import { exchangeBytes } from "./support/raw-http.ts";
import {
  type GatewayUnderTest,
  openRoutes,
  type StartedGateway,
  startGateway,
} from "./support/start-gateway.ts";

/**
 * Each property stops at its number of runs or after this time, whichever comes first, so that slow machines
 * finish too.
 */
const bounded = { numRuns: 600, interruptAfterTimeLimit: 2_500 };

const clientsFaults = [400, 401, 403, 404, 413, 431];

/** A gateway with everything that reads a request, in a test that fails if any of it throws. */
async function startWatched(t: TestContext, underTest: GatewayUnderTest): Promise<StartedGateway> {
  const failures = t.mock.method(console, "error", () => {});
  t.after(() => assert.deepEqual(failures.mock.calls, []));
  return startGateway(t, {
    inspector: createInspector(),
    accountThrottling: { throttlingRateLimit: 1e9, throttlingBurstLimit: 1e9 },
    ...underTest,
  });
}

const accessLogSettings = {
  format:
    "$context.requestId $context.status $context.path $context.identity.userAgent $context.domainName $context.httpMethod",
};

const targetPart = fc.constantFrom(
  ...[
    "/",
    "//",
    "a",
    "items",
    "private",
    "files",
    "mvp",
    "key",
    "..",
    ".",
    "~",
    "{id}",
    "%41",
    "%zz",
    "%",
    "%2",
  ],
  ...[
    "%ff",
    "%2F",
    "%3F",
    "%23",
    "%00",
    "%0d%0a",
    "%C3%A9",
    "%E2%82",
    "?",
    "&",
    "=",
    "+",
    ";",
    ",",
    "#",
    "\xe9",
  ],
  ...[
    "__proto__",
    "constructor",
    "\\",
    '"',
    "<",
    "|",
    "^",
    "@",
    ":",
    "$",
    "*",
    "%25%32%46",
    "[]",
    "a=b",
    "q[]=1",
  ],
);
const routed = fc.constantFrom("/", "/items/", "/files/", "/private/", "/mvp/items/", "/key/", "/?");
const target = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(routed, fc.array(targetPart, { maxLength: 8 }))
      .map(([start, parts]) => start + parts.join("")),
  },
  fc.array(targetPart, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("")),
  fc.constantFrom(
    ...["*", "http://localhost/items", "https://x", "http://", "HTTP://localhost?a", "x:1", "/#a", "/?a#b"],
    "/".repeat(9_000),
  ),
);
const method = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS") },
  fc.constantFrom("PROPFIND", "get", "BREW"),
);
const host = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom("localhost", "localhost:3000", "127.0.0.1", "[::1]:80") },
  fc.constantFrom("a.example", "", "a b"),
);
/** Any character. fast-check's unit `binary` makes a table of a million characters, which takes a second. */
const character = fc
  .integer({ min: 0, max: 0x10ffff - 0x800 })
  .map((number) => String.fromCodePoint(number < 0xd800 ? number : number + 0x800));
const fieldText = fc.stringMatching(/^[\t -~\x80-\xff]{0,60}$/);
const headerName = fc.oneof(
  fc.constantFrom(
    "accept",
    "cookie",
    "Cookie",
    "origin",
    "authorization",
    "x-forwarded-for",
    "user-agent",
    "expect",
  ),
  fc.constantFrom(
    "content-type",
    "x-amzn-trace-id",
    "__proto__",
    "te",
    "upgrade",
    "access-control-request-method",
  ),
  fc.constantFrom("x-forwarded-port", "x-forwarded-proto", "content-encoding", "accept-encoding"),
  fc.stringMatching(/^x-[a-z0-9!#$%&'*+.^_`|~-]{0,8}$/),
);
const headerValue = fc.oneof(
  fieldText,
  fc.constantFrom(
    "a=b; c=d",
    ";;==;",
    "Bearer x.y.z",
    "Bearer ey.",
    "https://app.example",
    "application/json; charset=utf-8",
  ),
  fc.constantFrom(
    "text/plain;charset=",
    "100-continue",
    "localhost",
    "GET",
    "multipart/form-data",
    "x".repeat(9_000),
  ),
);
const rawRequest = fc.record({
  method,
  target,
  host,
  headers: fc.array(fc.tuple(headerName, headerValue), { maxLength: 8 }),
  body: fc.uint8Array({ maxLength: 200 }),
  isChunked: fc.boolean(),
});

function bytesOf({
  method,
  target,
  host,
  headers,
  body,
  isChunked,
}: typeof rawRequest extends fc.Arbitrary<infer R> ? R : never) {
  const length = body.length.toString(isChunked ? 16 : 10);
  const lines = [
    `${method} ${target} HTTP/1.1`,
    `Host: ${host}`,
    "Connection: close",
    isChunked ? "Transfer-Encoding: chunked" : `Content-Length: ${length}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  if (!isChunked) return Buffer.concat([head, body]);
  const chunk = body.length === 0 ? [] : [Buffer.from(`${length}\r\n`), body, Buffer.from("\r\n")];
  return Buffer.concat([head, ...chunk, Buffer.from("0\r\n\r\n")]);
}

function statusesOf(answer: string): number[] {
  return [...answer.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)]
    .map(([, status]) => Number(status))
    .filter((s) => s !== 100);
}

describe("fuzzed requests", () => {
  const cases: [title: string, underTest: GatewayUnderTest][] = [
    [
      "an API with routes, a stage and CORS",
      {
        switches: { pathDecoding: "once" },
        api: {
          routes: [
            ...openRoutes("GET /", "POST /items/{id}", "ANY /files/{proxy+}", "OPTIONS /items/{id}"),
            { routeKey: "ANY /private/{proxy+}", authorizationType: "JWT", authorizerId: "jwt" },
          ],
          authorizers: {
            jwt: {
              // Refuses connections, like a provider that is down.
              jwtConfiguration: { issuer: "http://127.0.0.1:1", audience: ["a"] },
            },
          },
          stages: [
            { stageName: "$default", accessLogSettings },
            { stageName: "mvp", accessLogSettings },
          ],
          corsConfiguration: { allowOrigins: ["https://app.example"], allowMethods: ["*"] },
        },
      },
    ],
    [
      "an API behind a mapping key with every other switch",
      {
        switches: {
          pathDecoding: "twice",
          trailingSlash: "ignored",
          structuredSuffixBodies: "text",
          stageInCustomDomainPath: "removed",
          mappingMiss: 403,
          forwardedHeaders: "listener",
        },
        api: {
          routes: openRoutes("ANY /{proxy+}", "$default"),
          stages: [{ stageName: "mvp", accessLogSettings }],
          apiMappings: [{ domainName: "localhost", apiMappingKey: "key", stage: "mvp" }],
        },
      },
    ],
  ];
  for (const [title, underTest] of cases) {
    it(`to ${title} are answered, and never with a 5xx`, { timeout: 60_000 }, async (t) => {
      const gateway = await startWatched(t, {
        ...underTest,
        handler: () => ({ statusCode: 200, body: "ok" }),
      });
      const possible = new Set([200, 204, ...clientsFaults]);
      await fc.assert(
        fc.asyncProperty(rawRequest, async (request) => {
          const lines = gateway.logLines.length;
          const answer = await exchangeBytes(gateway.port, bytesOf(request));
          const statuses = statusesOf(answer);
          assert.equal(statuses.length, 1, answer);
          assert.ok(possible.has(statuses[0] ?? 0), answer);
          assert.match(answer, /^apigw-requestid: [\w-]{15}=\r$/im);
          for (const line of gateway.logLines.slice(lines)) assert.doesNotMatch(line, /[\r\n\0]/);
        }),
        bounded,
      );
      assert.equal((await gateway.send({ path: "/key", headers: { host: "localhost" } })).status < 500, true);
    });
  }

  it("of bytes that only resemble HTTP get a 4xx or no response", {
    timeout: 60_000,
  }, async (t) => {
    const gateway = await startWatched(t, {});
    const part = fc.oneof(
      fc.constantFrom(
        "GET",
        "POST",
        " ",
        "/",
        "HTTP/1.1",
        "\r\n",
        "\n",
        "Host: x",
        "\r\n\r\n",
        "\0",
        "Content-Length: 1",
      ),
      fc.constantFrom(
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: x",
        "zz\r\n",
        "0\r\n\r\n",
        "CONNECT",
        "PRI * HTTP/2.0",
      ),
      fieldText,
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 12 }), async (parts) => {
        // What follows cannot be part of a request, so the gateway need not wait for more.
        const bytes = Buffer.from(`${parts.join("")}\r\n\0\r\n\0\r\n\r\n`, "latin1");
        const statuses = statusesOf(await exchangeBytes(gateway.port, bytes));
        assert.ok(
          statuses.every((status) => status < 500),
          statuses.join(),
        );
      }),
      bounded,
    );
    assert.equal((await gateway.send()).status, 200);
  });
});

describe("fuzzed tokens", () => {
  const claims = fc.dictionary(
    fc.constantFrom("iss", "aud", "exp", "nbf", "iat", "scope", "scp", "client_id", "a", "__proto__"),
    fc.jsonValue(),
  );
  const header = fc.dictionary(fc.constantFrom("alg", "kid", "crit", "typ", "a"), fc.jsonValue());

  it("with a genuine signature are accepted or refused with 401 or 403", { timeout: 60_000 }, async (t) => {
    const issuer = await startIssuer(t);
    const gateway = await startWatched(t, {
      now: () => issuedAt * 1000,
      api: {
        routes: [
          { routeKey: "$default", authorizationType: "JWT", authorizerId: "jwt" },
          {
            routeKey: "GET /scoped",
            authorizationType: "JWT",
            authorizerId: "jwt",
            authorizationScopes: ["read"],
          },
        ],
        authorizers: { jwt: { jwtConfiguration: { issuer: issuer.issuer, audience: [issuer.audience] } } },
      },
    });
    const possible = new Set([200, 401, 403, 431]);
    await fc.assert(
      fc.asyncProperty(
        claims,
        header,
        fc.boolean(),
        fc.boolean(),
        async (own, head, isScoped, hasOwnHeader) => {
          const token = signToken(
            rsaKey("first"),
            { ...validClaims(issuer), ...own },
            hasOwnHeader ? (head as Record<string, unknown> & { alg?: string }) : {},
          );
          const path = isScoped ? "/scoped" : "/";
          const { status, text } = await gateway.send({
            path,
            headers: { authorization: `Bearer ${token}` },
          });
          assert.ok(possible.has(status), `${status} ${text}`);
        },
      ),
      { ...bounded, numRuns: 200 },
    );
  });
});

describe("fuzzed functions", () => {
  const scalar = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
  const status = fc.oneof(
    fc.integer({ min: -1, max: 1_000 }),
    fc.constantFrom(200, 204, 304, 400, 404, 500),
    scalar,
  );
  const headers = fc.oneof(
    fc.dictionary(fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z-]{1,12}$/)), fc.oneof(fieldText, scalar)),
    fc.constantFrom(
      { "content-length": "9" },
      { "transfer-encoding": "chunked" },
      { connection: "close" },
      { Date: "x" },
    ),
    fc.jsonValue(),
  );
  const answer = fc.record(
    {
      statusCode: status,
      headers,
      cookies: fc.oneof(fc.array(fieldText), fc.jsonValue()),
      body: fc.oneof(fc.string({ unit: character }), fc.base64String(), fc.jsonValue()),
      isBase64Encoded: fc.oneof(fc.boolean(), fc.jsonValue()),
      multiValueHeaders: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  const payload = fc.oneof(
    { weight: 6, arbitrary: answer.map((value) => JSON.stringify(value)) },
    fc.jsonValue().map((value) => JSON.stringify(value)),
    fc.string({ unit: character }),
    fc.constantFrom(
      "",
      "{",
      '"',
      "[".repeat(5_000),
      '{"statusCode":200,"statusCode":404}',
      '{"__proto__":{"statusCode":404}}',
    ),
  );
  const notRun = { requestId: "1", isColdStart: false, durationMilliseconds: 0 };
  const invocation: fc.Arbitrary<() => Promise<Invocation>> = fc.oneof(
    {
      weight: 8,
      arbitrary: payload.map((text) => async () => ({
        outcome: "returned" as const,
        payload: text,
        ...notRun,
      })),
    },
    fc.string().map((text) => async () => ({
      outcome: "failed" as const,
      errorType: text,
      errorMessage: text,
      ...notRun,
    })),
    fc.constant(async () => ({ outcome: "throttled" as const, ...notRun })),
    fc.anything().map((reason) => () => Promise.reject(reason)),
    fc.string().map((text) => () => {
      throw new Error(text);
    }),
  );

  it("are answered as they ask or with 500 or 503, and never with a 4xx of the gateway", {
    timeout: 60_000,
  }, async (t) => {
    let next: () => Promise<Invocation>;
    let returned: string | undefined;
    const function_: LambdaFunction = {
      async invoke() {
        const running = await next();
        returned = running.outcome === "returned" ? running.payload : undefined;
        return running;
      },
      close: async () => {},
    };
    const stages = [{ stageName: "$default", accessLogSettings }];
    const gateway = await startWatched(t, { function: function_, api: { stages } });
    await fc.assert(
      fc.asyncProperty(invocation, fc.constantFrom("GET", "POST", "HEAD"), async (invoke, verb) => {
        next = invoke;
        returned = undefined;
        const { status, headers: sent, body } = await gateway.send({ method: verb });
        const asked = askedStatus(returned);
        assert.ok(
          status === asked || status === 500 || (status === 503 && returned === undefined),
          String(status),
        );
        assert.match(String(sent["apigw-requestid"]), /^[\w-]{15}=$/);
        if (verb !== "HEAD" && status !== 204 && status !== 304) {
          assert.equal(sent["content-length"], String(body.length));
        }
      }),
      bounded,
    );
  });

  /** What the service would take as the status, if it accepts the answer. */
  function askedStatus(text: string | undefined): unknown {
    if (text === undefined) return undefined;
    try {
      const value: unknown = JSON.parse(text);
      const isAnswer =
        typeof value === "object" &&
        value !== null &&
        Object.hasOwn(value, "statusCode") &&
        !Array.isArray(value);
      return isAnswer ? (value as { statusCode: unknown }).statusCode : 200;
    } catch {
      return 200;
    }
  }
});
