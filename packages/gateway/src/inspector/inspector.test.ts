import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { promisify } from "node:util";
import { issuedAt, rsaKey, signToken, startIssuer, validClaims } from "../../test/support/local-issuer.ts";
import { readToEnd } from "../../test/support/raw-http.ts";
import {
  type GatewayUnderTest,
  type StartedGateway,
  sendRequest,
  startGateway,
} from "../../test/support/start-gateway.ts";
import { createInspector, type InspectedRequest } from "../index.ts";

interface Inspected extends StartedGateway {
  inspectorUrl: string;
  inspectorPort: number;
  requests(): Promise<InspectedRequest[]>;
}

async function startInspected(
  t: TestContext,
  underTest: GatewayUnderTest = {},
  capacity = 100,
): Promise<Inspected> {
  const inspector = createInspector({ capacity });
  await inspector.listen();
  t.after(() => inspector.close());
  const gateway = await startGateway(t, { ...underTest, inspector });
  return {
    ...gateway,
    inspectorUrl: inspector.url,
    inspectorPort: Number(new URL(inspector.url).port),
    async requests() {
      const response = await fetch(`${inspector.url}/requests.json`);
      return ((await response.json()) as { requests: InspectedRequest[] }).requests;
    },
  };
}

describe("the inspector's data", () => {
  it("has route, verdict, status, start, event and response of a request", async (t) => {
    const handler = () => ({ statusCode: 201, headers: { "x-a": "1" }, body: "made" });
    const gateway = await startInspected(t, { handler });
    const sent = await gateway.send({
      method: "POST",
      path: "/a?b=1",
      headers: { "content-type": "text/plain", "x-request-id": "my-own-id-1" },
      body: "hi",
    });
    const [request] = await gateway.requests();
    assert.ok(request);
    assert.equal(request.clientRequestId, "my-own-id-1");
    assert.deepEqual(
      [request.method, request.path, request.status, request.routeKey],
      ["POST", "/a?b=1", 201, "$default"],
    );
    assert.equal(request.requestId, sent.headers["apigw-requestid"]);
    assert.deepEqual(request.authorizer, { verdict: "none", reason: "the route is open" });
    assert.equal(request.function.start, "cold");
    assert.equal(request.event?.rawPath, "/a");
    assert.equal(request.eventBody, "hi");
    assert.equal(request.answer.body, "made");
    assert.ok(request.answer.headers.some(([name, value]) => name === "x-a" && value === "1"));
  });

  it("has the masked lines of the function's log and the access-log line", async (t) => {
    const lines = ["START RequestId: 1", '{"message":"hello","access_token":"s3cret"}'];
    const gateway = await startInspected(t, {
      function: {
        invoke: async () => ({
          outcome: "returned",
          payload: "{}",
          requestId: "1",
          isColdStart: false,
          durationMilliseconds: 0,
          lines,
        }),
        close: async () => {},
      },
      api: {
        stages: [
          {
            stageName: "$default",
            accessLogSettings: { format: "$context.requestId $context.integration.requestId" },
          },
        ],
      },
    });
    await gateway.send();
    const [request] = await gateway.requests();
    const masked = '{"message":"hello","access_token":"***"}';
    assert.deepEqual(request?.log, [lines[0], masked, `${request?.requestId} 1`]);
  });

  it("has the gateway's spans, with those that the function wrote to its log inside them", async (t) => {
    const span = (name: string, spanId: string, parentSpanId: string, startMilliseconds: number) =>
      JSON.stringify({
        message: "span",
        name,
        spanId,
        parentSpanId,
        startTimeUnixNano: `${BigInt(startMilliseconds) * 1_000_000n}`,
        milliseconds: 2,
      });
    const gateway = await startInspected(t, {
      tracing: true,
      function: {
        async invoke(_payload, _signal, traceHeader) {
          const [, parent = ""] = /Parent=(\w+);Sampled=1$/.exec(traceHeader ?? "") ?? [];
          const later = Date.now() + 10;
          const lines = [
            span("handler", "cc", "aa", later + 5),
            span("auth", "bb", "aa", later + 1),
            span("GET /v1/items/{itemId}", "aa", parent, later),
            '{"message":"span","name":"without a time"}',
            '{"message":"span","name":"cut o',
          ];
          return {
            outcome: "returned",
            payload: "{}",
            requestId: "1",
            isColdStart: false,
            durationMilliseconds: 0,
            lines,
          };
        },
        close: async () => {},
      },
    });
    await gateway.send({ headers: { traceparent: `00-${"4".repeat(32)}-${"0".repeat(15)}1-01` } });
    const [request] = await gateway.requests();
    assert.equal(request?.traceId, "4".repeat(32));
    assert.deepEqual(
      request?.waterfall.map(({ name, depth }) => [name, depth]),
      [
        ["gateway", 0],
        ["function", 1],
        ["GET /v1/items/{itemId}", 2],
        ["auth", 3],
        ["handler", 3],
      ],
    );
    const [first, , , auth] = request?.waterfall ?? [];
    assert.equal(first?.startMilliseconds, 0);
    assert.equal(auth?.durationMilliseconds, 2);
    assert.ok((auth?.startMilliseconds ?? 0) > 0);
  });

  it("has the request as a curl line that repeats it, except for masked parts", async (t) => {
    const gateway = await startInspected(t);
    await gateway.send({
      method: "POST",
      path: "/a%20b?c=it's&token=s3cret",
      headers: { "content-type": "text/plain", "x-a": "1", authorization: "Bearer s3cret" },
      body: "it's $HOME",
    });
    const [first] = await gateway.requests();
    assert.ok(first);
    assert.ok(first.curl.includes('-H "authorization: Bearer $TOKEN"'), first.curl);
    assert.doesNotMatch(first.curl, /s3cret/);
    await promisify(execFile)("sh", ["-c", `${first.curl} --silent`], {
      env: { ...process.env, TOKEN: "other" },
    });
    const [second] = await gateway.requests();
    assert.equal(second?.curl, first.curl);
    assert.deepEqual(
      [second.method, second.path, second.eventBody, second.event?.headers["x-a"]],
      [first.method, first.path, first.eventBody, "1"],
    );
  });

  it("distinguishes cold and warm starts, newest request first", async (t) => {
    const gateway = await startInspected(t);
    await gateway.send();
    await gateway.send();
    assert.deepEqual(
      (await gateway.requests()).map((request) => request.function.start),
      ["warm", "cold"],
    );
  });

  it("marks a throttled request as neither cold nor warm", async (t) => {
    const gateway = await startInspected(t, {
      function: {
        invoke: async () => ({
          outcome: "throttled",
          requestId: "1",
          isColdStart: false,
          durationMilliseconds: 0,
        }),
        close: async () => {},
      },
    });
    await gateway.send();
    const [request] = await gateway.requests();
    assert.deepEqual(request?.function, { start: "throttled", requestId: "1" });
  });

  it("shows why the gateway responded itself", async (t) => {
    const handler = () => {
      throw new Error("no table");
    };
    const gateway = await startInspected(t, { handler });
    await gateway.send();
    assert.match((await gateway.requests())[0]?.error ?? "", /no table/);
  });

  it("keeps up to its capacity of requests", async (t) => {
    const gateway = await startInspected(t, {}, 2);
    for (const path of ["/1", "/2", "/3"]) await gateway.send({ path });
    assert.deepEqual(
      (await gateway.requests()).map(({ path }) => path),
      ["/3", "/2"],
    );
  });

  it("shortens long and binary bodies", async (t) => {
    const gateway = await startInspected(t, {
      handler: () => ({ statusCode: 200, body: "x".repeat(20_000) }),
    });
    await gateway.send({ method: "POST", body: Buffer.from([0xff, 0xfe]) });
    const [request] = await gateway.requests();
    assert.equal(request?.eventBody, "(2 bytes that are not text)");
    assert.ok((request?.answer.body.length ?? 0) < 17_000);
  });
});

describe("the inspector's memory", () => {
  it("is bounded for a page that does not read: its connection is closed", { timeout: 20_000 }, async (t) => {
    const handler = () => ({ statusCode: 200, body: "x".repeat(16_000) });
    const gateway = await startInspected(t, { handler }, 1);
    const sleeping = connect(gateway.inspectorPort, "127.0.0.1");
    sleeping.write("GET /_gateway/events HTTP/1.1\r\nhost: localhost\r\n\r\n");
    await once(sleeping, "readable");
    const recorded = 3_000;
    for (let sent = 0; sent < recorded; sent += 50) {
      await Promise.all(Array.from({ length: 50 }, () => gateway.send()));
    }
    const text = await readToEnd(sleeping);
    assert.ok(text.length < recorded * 16_000, `${text.length} bytes were kept for it`);
  });

  it("does not grow with the headers of a response", async (t) => {
    const handler = () => ({ statusCode: 200, headers: { "x-long": "x".repeat(100_000) } });
    const gateway = await startInspected(t, { handler });
    await gateway.send({}).catch(() => {});
    const [request] = await gateway.requests();
    const [, value = ""] = request?.answer.headers.find(([name]) => name === "x-long") ?? [];
    assert.equal(value.length, 16_384);
  });
});

describe("the inspector masks", () => {
  /** Sends requests with secrets and returns everything that the inspector knows afterwards. */
  async function knownAfter(
    t: TestContext,
    underTest: GatewayUnderTest,
    send: Parameters<StartedGateway["send"]>[0],
  ) {
    const gateway = await startInspected(t, underTest);
    await gateway.send(send);
    const requests = await gateway.requests();
    assert.equal(requests.length, 1);
    return JSON.stringify(requests);
  }

  it("tokens in headers, and keeps the verdict and the claims", async (t) => {
    const issuer = await startIssuer(t);
    const token = signToken(rsaKey("first"), validClaims(issuer));
    const underTest: GatewayUnderTest = {
      now: () => issuedAt * 1000,
      api: {
        routes: [{ routeKey: "$default", authorizationType: "JWT", authorizerId: "jwt" }],
        authorizers: { jwt: { jwtConfiguration: { issuer: issuer.issuer, audience: [issuer.audience] } } },
      },
    };
    const known = await knownAfter(t, underTest, { headers: { authorization: `Bearer ${token}` } });
    for (const segment of token.split(".")) assert.ok(!known.includes(segment));
    assert.match(known, /"authorization":"Bearer \*\*\*"/);
    assert.match(known, /"verdict":"allowed","reason":"jwt: u1"/);
    assert.match(known, /"sub":"u1"/);
  });

  for (const identitySource of ["$request.header.x-session", "$request.querystring.session"]) {
    it(`the token of ${identitySource}, whether it is accepted or refused`, async (t) => {
      const issuer = await startIssuer(t);
      const underTest: GatewayUnderTest = {
        now: () => issuedAt * 1000,
        api: {
          routes: [{ routeKey: "$default", authorizationType: "JWT", authorizerId: "jwt" }],
          authorizers: {
            jwt: { identitySource, jwtConfiguration: { issuer: issuer.issuer, audience: [issuer.audience] } },
          },
        },
      };
      for (const token of [signToken(rsaKey("first"), validClaims(issuer)), "s3cret.of.nobody"]) {
        const inHeader = identitySource.includes("header");
        const send = inHeader ? { headers: { "x-session": token } } : { path: `/?session=${token}` };
        const known = await knownAfter(t, underTest, send);
        assert.ok(!known.includes(token.slice(0, 12)) && !known.includes(token.slice(-12)), known);
      }
    });
  }

  const secrets: [title: string, send: Parameters<StartedGateway["send"]>[0]][] = [
    ["credentials of any scheme", { headers: { authorization: "Basic s3cret" } }],
    ["credentials without a scheme", { headers: { authorization: "s3cret" } }],
    [
      "credentials sent twice",
      { headers: ["host", "127.0.0.1", "authorization", "Bearer s3cret", "authorization", "Bearer s3cret"] },
    ],
    ["API keys", { headers: { "x-api-key": "s3cret" } }],
    ["cookies", { headers: { cookie: "sid=s3cret; other=s3cret" } }],
    ["the query parameter token", { path: "/?a=1&token=s3cret" }],
    ["a query parameter whose name is encoded", { path: "/?%74oken=s3cret" }],
    ["the query parameter access_token", { path: "/?access_token=s3cret" }],
    ["a JSON Web Token in a path", { path: `/x/eyJhbGciOiJSUzI1NiJ9.s3cret.s3cret` }],
    [
      "a form",
      {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: "username=a&password=s3cret",
      },
    ],
    [
      "a JSON body",
      {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"refreshToken": "s3cret", "idToken":"a\\"s3cret"}',
      },
    ],
    [
      "a multipart form",
      {
        method: "POST",
        headers: { "content-type": "multipart/form-data; boundary=b" },
        body: '--b\r\ncontent-disposition: form-data; name="password"\r\n\r\ns3cret\r\n--b--\r\n',
      },
    ],
  ];
  for (const [title, send] of secrets) {
    it(`${title}`, async (t) => {
      const known = await knownAfter(t, {}, send);
      assert.ok(!known.includes("s3cret"), known);
      assert.ok(!known.includes(Buffer.from("s3cret").toString("base64").slice(0, 7)), known);
    });
  }

  it("tokens and cookies in responses", async (t) => {
    const handler = () => ({
      statusCode: 200,
      headers: { "content-type": "application/json" },
      cookies: ["sid=s3cret; HttpOnly"],
      body: '{"access_token":"s3cret","id_token":"s3cret","refresh_token":"s3cret","token_type":"bearer"}',
    });
    const known = await knownAfter(t, { handler }, {});
    assert.ok(!known.includes("s3cret"), known);
    assert.match(known, /sid=\*\*\*; HttpOnly/);
    assert.match(known, /token_type\\":\\"bearer/);
  });
});

describe("the inspector's page", () => {
  it("is HTML with scripts and styles from its own port only", async (t) => {
    const { inspectorUrl } = await startInspected(t);
    const response = await fetch(inspectorUrl);
    const html = await response.text();
    assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
    const policy = response.headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'/);
    assert.ok(!policy.includes("unsafe"));
    assert.ok(!/<style|style=|\son\w+=|<script(?![^>]*\ssrc=)/.test(html), "nothing inline");
    const addresses = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address = ""]) => address);
    assert.deepEqual(addresses, ["/_gateway/page.css", "/_gateway/page.js"]);
    for (const address of addresses) {
      assert.equal((await fetch(new URL(address, inspectorUrl))).status, 200, address);
    }
  });

  it("refers only to existing elements", async (t) => {
    const { inspectorUrl } = await startInspected(t);
    const html = await (await fetch(inspectorUrl)).text();
    const script = await (await fetch(`${inspectorUrl}/page.js`)).text();
    for (const [, id = ""] of script.matchAll(/querySelector\("#([\w-]+)"\)/g))
      assert.ok(html.includes(`id="${id}"`), id);
    for (const [, name = ""] of script.matchAll(/(?:querySelector|put)\("\.([\w-]+)/g)) {
      assert.match(html, new RegExp(`class="[^"]*\\b${name}\\b`), name);
    }
  });

  it("receives the kept requests, then each new one as it is answered", async (t) => {
    const gateway = await startInspected(t);
    await gateway.send({ path: "/kept" });
    const response = await fetch(`${gateway.inspectorUrl}/events`);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let heard = "";
    const hear = async (path: string) => {
      while (!heard.includes(`"path":"${path}"`)) heard += (await reader?.read())?.value;
    };
    await hear("/kept");
    assert.match(heard, /^retry: 1000\nevent: start\ndata: {"capacity":100}\n\ndata: /);
    await gateway.send({ path: "/live" });
    await hear("/live");
    await reader?.cancel();
  });

  it("responds at a loopback name only, so that no website reads it by DNS rebinding", async (t) => {
    const { inspectorPort } = await startInspected(t);
    const foreign = { path: "/_gateway/requests.json", headers: { host: "evil.example" } };
    assert.equal((await sendRequest(inspectorPort, foreign)).status, 403);
    const local = { path: "/_gateway/requests.json", headers: { host: "localhost:1" } };
    assert.equal((await sendRequest(inspectorPort, local)).status, 200);
  });

  it("is read-only: another method is a 405, another path a 404", async (t) => {
    const { inspectorPort } = await startInspected(t);
    assert.equal((await sendRequest(inspectorPort, { method: "POST", path: "/_gateway" })).status, 405);
    assert.equal((await sendRequest(inspectorPort, { path: "/else" })).status, 404);
  });

  it("is not below the API's own paths", async (t) => {
    const gateway = await startInspected(t);
    assert.equal((await gateway.eventOf({ path: "/_gateway" })).rawPath, "/_gateway");
  });
});
