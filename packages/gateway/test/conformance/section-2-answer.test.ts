// docs/behaviour.md §2: the function's result, the client's answer, failures and limits.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { type HttpApiEvent, type LambdaFunction, runInProcess, type Switches } from "../../src/index.ts";
import { openRoutes, type ReceivedAnswer, startGateway } from "../support/start-gateway.ts";

const internalServerError = '{"message":"Internal Server Error"}';

function assertGatewayError(answer: ReceivedAnswer, status: number, message: string): void {
  assert.deepEqual([answer.status, answer.text], [status, JSON.stringify({ message })]);
  assert.equal(answer.headers["content-type"], "application/json");
  assert.equal(answer.headers["content-length"], String(answer.body.length));
  assert.match(answer.headers["apigw-requestid"] as string, /^[A-Za-z0-9_-]{15}=$/);
}

interface GoldenAnswers {
  $source: string;
  answers: { returned: string; payload: string; status: number; contentType: string; body: string }[];
}

/** Passes on the original text, as a custom runtime can. */
function returning(payload: string): LambdaFunction {
  const invoke = async () =>
    ({ outcome: "returned", payload, requestId: "1", isColdStart: false, durationMilliseconds: 0 }) as const;
  return { invoke, close: async () => {} };
}

describe("§2.1 responses of the service", () => {
  const file = new URL("../golden-answers/lambda-test-tool.json", import.meta.url);
  const { answers } = JSON.parse(readFileSync(file, "utf8")) as GoldenAnswers;
  for (const { returned, payload, status, contentType, body } of answers) {
    it(`§2.1 ${returned} gets ${status} and ${contentType}, as the service does`, async (t) => {
      const answer = await (await startGateway(t, { function: returning(payload) })).send();
      assert.deepEqual(
        [answer.status, answer.headers["content-type"], answer.text],
        [status, contentType, body],
      );
      assert.equal(answer.headers["content-length"], String(Buffer.byteLength(body)));
    });
  }
});

describe("§2.1 interpretation of the returned value", () => {
  it("§2.1 status, headers, cookies and body are taken from an object with statusCode", async (t) => {
    const handler = () => ({
      statusCode: 201,
      headers: { "Content-Type": "text/html", "X-Made": "here" },
      cookies: ["a=1; HttpOnly", "b=2"],
      body: "<p>hi</p>",
    });
    const answer = await (await startGateway(t, { handler })).send();
    assert.equal(answer.status, 201);
    assert.equal(answer.headers["content-type"], "text/html");
    assert.equal(answer.headers["x-made"], "here");
    assert.deepEqual(answer.headers["set-cookie"], ["a=1; HttpOnly", "b=2"]);
    assert.equal(answer.text, "<p>hi</p>");
  });

  const inferred: [title: string, returned: unknown, body: string, confidence?: string][] = [
    ["an object without statusCode", { hello: "world" }, '{"hello":"world"}'],
    ["an object that has only a body", { body: "hi" }, '{"body":"hi"}'],
    ["a list", [1, 2], "[1,2]"],
    ["a number", 7, "7"],
    ["a bare string", "hi", "hi"],
    ["an empty string", "", ""],
    ["null", null, "null", " (unconfirmed)"],
    ["nothing", undefined, "null", " (unconfirmed)"],
  ];
  for (const [title, returned, body, confidence = ""] of inferred) {
    it(`§2.1 ${title} gets 200, application/json and ${body}${confidence}`, async (t) => {
      const answer = await (await startGateway(t, { handler: () => returned })).send();
      assert.deepEqual(
        [answer.status, answer.headers["content-type"], answer.text],
        [200, "application/json", body],
      );
    });
  }

  const invalid: [title: string, returned: unknown, confidence?: string][] = [
    ["a statusCode that is a string", { statusCode: "200" }],
    ["a statusCode that is null", { statusCode: null }],
    ["a statusCode that is not an integer", { statusCode: 200.5 }],
    ["the statusCode 0", { statusCode: 0 }],
    ["a statusCode below 200", { statusCode: 101 }, " (unconfirmed)"],
    ["a statusCode above 599", { statusCode: 700 }, " (unconfirmed)"],
    ["bad base64", { statusCode: 200, body: "%%%", isBase64Encoded: true }],
    ["base64 of a wrong length", { statusCode: 200, body: "abc", isBase64Encoded: true }],
    ["a body that is an object", { statusCode: 200, body: { a: 1 } }],
    ["isBase64Encoded that is a string", { statusCode: 200, body: "", isBase64Encoded: "true" }],
    ["headers that are a list", { statusCode: 200, headers: ["a"] }],
    ["a header that is a list", { statusCode: 200, headers: { a: ["b"] } }],
    ["a header that is null", { statusCode: 200, headers: { a: null } }],
    ["a header that is a number", { statusCode: 200, headers: { "x-count": 3 } }, " (unconfirmed)"],
    ["a header value with a line break", { statusCode: 200, headers: { a: "b\r\nc: d" } }],
    ["a header name with a space", { statusCode: 200, headers: { "a b": "c" } }],
    ["cookies that are a string", { statusCode: 200, cookies: "a=1" }],
    ["a cookie that is a number", { statusCode: 200, cookies: [1] }],
  ];
  for (const [title, returned, confidence = ""] of invalid) {
    it(`§2.1 ${title} is a 500${confidence}`, async (t) => {
      const answer = await (await startGateway(t, { handler: () => returned })).send();
      assertGatewayError(answer, 500, "Internal Server Error");
    });
  }

  it("§2.1 a result that cannot be JSON is a 500", async (t) => {
    const circular: Record<string, unknown> = { statusCode: 200 };
    circular.self = circular;
    const gateway = await startGateway(t, { handler: () => circular });
    assert.equal((await gateway.send()).text, internalServerError);
  });

  it("§2.1 with the switch nonStringHeaderValues, numbers and booleans become text", async (t) => {
    const switches: Partial<Switches> = { nonStringHeaderValues: "stringify" };
    const handler = () => ({ statusCode: 200, headers: { "x-count": 3, "x-flag": true } });
    const { headers } = await (await startGateway(t, { handler, switches })).send();
    assert.deepEqual([headers["x-count"], headers["x-flag"]], ["3", "true"]);
  });

  it("§2.1 entries of cookies come before a set-cookie header, and both are sent", async (t) => {
    const handler = () => ({ statusCode: 200, headers: { "set-cookie": "c=3" }, cookies: ["a=1", "b=2"] });
    const { headers } = await (await startGateway(t, { handler })).send();
    assert.deepEqual(headers["set-cookie"], ["a=1", "b=2", "c=3"]);
  });

  it("§2.1 a base64 body is decoded whatever its type and whatever the client accepts", async (t) => {
    const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0x00]);
    const handler = () => ({
      statusCode: 200,
      headers: { "content-type": "image/png" },
      body: bytes.toString("base64"),
      isBase64Encoded: true,
    });
    const gateway = await startGateway(t, { handler });
    assert.deepEqual((await gateway.send({ headers: { accept: "text/html" } })).body, bytes);
  });

  it("§2.1 multiValueHeaders are ignored", async (t) => {
    const handler = () => ({ statusCode: 200, multiValueHeaders: { "x-many": ["1", "2"] } });
    assert.ok(!("x-many" in (await (await startGateway(t, { handler })).send()).headers));
  });

  it("§2.1 a body without content-type is text/plain; charset=utf-8", async (t) => {
    const handler = () => ({ statusCode: 200, body: "hi" });
    const { headers } = await (await startGateway(t, { handler })).send();
    assert.equal(headers["content-type"], "text/plain; charset=utf-8");
  });

  it("§2.1 date, content-length and apigw-requestid are written by the gateway, not by the function", async (t) => {
    const handler = () => ({
      statusCode: 200,
      headers: { date: "yesterday", "content-length": "99", "apigw-requestid": "mine" },
      body: "λ",
    });
    const { headers } = await (await startGateway(t, { handler })).send();
    assert.ok(!Number.isNaN(Date.parse(headers.date ?? "")));
    assert.equal(headers["content-length"], "2");
    assert.notEqual(headers["apigw-requestid"], "mine");
  });

  it("§2.1 the response is buffered: it has a length and is not chunked, even if the function says so", async (t) => {
    const handler = () => ({ statusCode: 200, headers: { "transfer-encoding": "chunked" }, body: "hi" });
    const { headers, text } = await (await startGateway(t, { handler })).send();
    assert.ok(!("transfer-encoding" in headers));
    assert.deepEqual([headers["content-length"], text], ["2", "hi"]);
  });

  it("§2.1 connection headers of the function are dropped", async (t) => {
    const handler = () => ({ statusCode: 200, headers: { connection: "upgrade", upgrade: "h2c" } });
    const { headers } = await (await startGateway(t, { handler })).send();
    assert.ok(!("upgrade" in headers));
    assert.notEqual(headers.connection, "upgrade");
  });

  for (const statusCode of [204, 304]) {
    it(`§2.1 a ${statusCode} has no body, no length and no content type`, async (t) => {
      const handler = () => ({ statusCode, body: "ignored" });
      const answer = await (await startGateway(t, { handler })).send();
      assert.deepEqual([answer.status, answer.text], [statusCode, ""]);
      assert.ok(!("content-length" in answer.headers) && !("content-type" in answer.headers));
    });
  }

  it("§2.1 HEAD has no body and keeps the length that the function gives for GET (unconfirmed)", async (t) => {
    const handler = () => ({ statusCode: 200, headers: { "content-length": "12" }, body: "" });
    const answer = await (await startGateway(t, { handler })).send({ method: "HEAD" });
    assert.deepEqual([answer.text, answer.headers["content-length"]], ["", "12"]);
  });

  it("§2.1 the handler's own 4xx and 5xx pass untouched", async (t) => {
    const handler = () => ({ statusCode: 503, headers: { "content-type": "text/html" }, body: "busy" });
    const answer = await (await startGateway(t, { handler })).send();
    assert.deepEqual([answer.status, answer.text], [503, "busy"]);
  });
});

describe("§2.2 failures", () => {
  it("§2.2 a handler that throws is a 500", async (t) => {
    const handler = () => {
      throw new Error("secret detail");
    };
    assertGatewayError(await (await startGateway(t, { handler })).send(), 500, "Internal Server Error");
  });

  it("§2.2 a handler that rejects is a 500, also with a value that is not an Error", async (t) => {
    const handler = () => Promise.reject("oops");
    assertGatewayError(await (await startGateway(t, { handler })).send(), 500, "Internal Server Error");
  });

  it("§2.2 a function that cannot be invoked is a 500", async (t) => {
    const broken: LambdaFunction = { invoke: () => Promise.reject(new Error("gone")), close: async () => {} };
    assertGatewayError(
      await (await startGateway(t, { function: broken })).send(),
      500,
      "Internal Server Error",
    );
  });

  it("§2.2 the function's own time-out is a 500", async (t) => {
    const function_ = runInProcess(() => new Promise(() => {}), { timeoutSeconds: 0.01 });
    assertGatewayError(
      await (await startGateway(t, { function: function_ })).send(),
      500,
      "Internal Server Error",
    );
  });

  it("§2.2 the integration's time-out is a 503, and the function runs to its end", async (t) => {
    const goOn = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<string>();
    const handler = async () => {
      await goOn.promise;
      ended.resolve("ran on");
    };
    const gateway = await startGateway(t, { handler, switches: { integrationTimeoutMilliseconds: 10 } });
    assertGatewayError(await gateway.send(), 503, "Service Unavailable");
    goOn.resolve();
    assert.equal(await ended.promise, "ran on");
  });

  it("§2.2 a function at its concurrency limit is a 503 (unconfirmed)", async (t) => {
    const busy: LambdaFunction = {
      invoke: async () => ({
        outcome: "throttled",
        requestId: "1",
        isColdStart: false,
        durationMilliseconds: 0,
      }),
      close: async () => {},
    };
    assertGatewayError(await (await startGateway(t, { function: busy })).send(), 503, "Service Unavailable");
  });

  it("§2.2 no route is a 404", async (t) => {
    const gateway = await startGateway(t, { api: { routes: openRoutes("GET /items") } });
    assertGatewayError(await gateway.send({ path: "/else" }), 404, "Not Found");
  });

  it("§2.2 no stage is a 404", async (t) => {
    const gateway = await startGateway(t, { api: { stages: [{ stageName: "mvp" }] } });
    assertGatewayError(await gateway.send({ path: "/items" }), 404, "Not Found");
  });

  it("§2.2 a refused request never reaches the function", async (t) => {
    const gateway = await startGateway(t, { api: { routes: openRoutes("GET /items") } });
    await gateway.send({ path: "/else" });
    assert.equal(gateway.events.length, 0);
  });

  it("§2.2 a host that belongs to none of several APIs is a 403 with x-amzn-errortype", async (t) => {
    const description = {
      routes: openRoutes("$default"),
      integration: { payloadFormatVersion: "2.0", timeoutMilliseconds: 29_000 },
      stages: [{ stageName: "$default" }],
    } as const;
    const apis = [
      { ...description, apiId: "first12345" },
      { ...description, apiId: "second1234" },
    ];
    const gateway = await startGateway(t, { apis });
    const answer = await gateway.send({ headers: { host: "elsewhere.example" } });
    assertGatewayError(answer, 403, "Forbidden");
    assert.equal(answer.headers["x-amzn-errortype"], "ForbiddenException");
    const host = "second1234.execute-api.eu-west-1.amazonaws.com";
    assert.equal((await gateway.eventOf({ headers: { host } })).requestContext.apiId, "second1234");
  });

  it("§2.2 a disabled execute-api endpoint is a 403 with x-amzn-errortype", async (t) => {
    const api = {
      disableExecuteApiEndpoint: true,
      apiMappings: [{ domainName: "api.example.com", stage: "$default" }],
    };
    const gateway = await startGateway(t, { api });
    const answer = await gateway.send();
    assertGatewayError(answer, 403, "Forbidden");
    assert.equal(answer.headers["x-amzn-errortype"], "ForbiddenException");
    assert.equal((await gateway.send({ headers: { host: "api.example.com" } })).status, 200);
  });
});

describe("§2.3 limits", () => {
  const tenMegabytes = 10 * 1024 * 1024;
  const sixMegabytes = 6_291_456;

  it("§2.3 a body of more than 10 MB is a 413 (unconfirmed)", async (t) => {
    const gateway = await startGateway(t);
    const answer = await gateway.send({ method: "POST", body: Buffer.alloc(tenMegabytes + 1) });
    assertGatewayError(answer, 413, "Request Entity Too Large");
    assert.equal(gateway.events.length, 0);
  });

  it("§2.3 a chunked body of more than 10 MB is a 413 (unconfirmed)", async (t) => {
    const gateway = await startGateway(t);
    const headers = { "transfer-encoding": "chunked" };
    const answer = await gateway.send({ method: "POST", headers, body: Buffer.alloc(tenMegabytes + 1) });
    assertGatewayError(answer, 413, "Request Entity Too Large");
  });

  it("§2.3 a body within 10 MB whose event is over 6 MB is a 413 (unconfirmed)", async (t) => {
    const gateway = await startGateway(t);
    const answer = await gateway.send({ method: "POST", body: Buffer.alloc(5 * 1024 * 1024) });
    assertGatewayError(answer, 413, "Request Entity Too Large");
    assert.equal(gateway.events.length, 0);
  });

  it("§2.3 a binary body of 4 MB passes, even in base64", async (t) => {
    const gateway = await startGateway(t);
    const event = await gateway.eventOf({ method: "POST", body: Buffer.alloc(4 * 1024 * 1024) });
    assert.equal(Buffer.from(event.body ?? "", "base64").length, 4 * 1024 * 1024);
  });

  it("§2.3 a response of exactly 6 MB of JSON passes and one byte more is a 500", async (t) => {
    const frame = JSON.stringify({ statusCode: 200, body: "" }).length;
    const handler = (event: HttpApiEvent) => ({
      statusCode: 200,
      body: "x".repeat(sixMegabytes - frame + Number(event.rawQueryString)),
    });
    const gateway = await startGateway(t, { handler });
    assert.equal((await gateway.send({ path: "/?0" })).status, 200);
    assertGatewayError(await gateway.send({ path: "/?1" }), 500, "Internal Server Error");
  });

  it("§2.3 request line and header values of 10,240 bytes pass, one byte more is a 431 (unconfirmed)", async (t) => {
    const gateway = await startGateway(t);
    const connection = "close";
    const counted = "GET / HTTP/1.1".length + "127.0.0.1".length + connection.length;
    const headers = (bytes: number) => [
      "host",
      "127.0.0.1",
      "connection",
      connection,
      "x-long",
      "x".repeat(bytes),
    ];
    const fits = await gateway.send({ headers: headers(10_240 - counted) });
    assert.equal(fits.status, 200);
    const over = await gateway.send({ headers: headers(10_240 - counted + 1) });
    assertGatewayError(over, 431, "Request Header Fields Too Large");
  });

  it("§2.3 header names are not counted (unconfirmed)", async (t) => {
    const gateway = await startGateway(t);
    const headers = ["host", "127.0.0.1"];
    for (let index = 0; index < 100; index += 1) headers.push(`x-${"n".repeat(120)}-${index}`, "v");
    assert.equal((await gateway.send({ headers })).status, 200);
  });

  it("§2.3 a long query counts as part of the request line (unconfirmed)", async (t) => {
    const gateway = await startGateway(t);
    const answer = await gateway.send({ path: `/?${"x".repeat(10_240)}` });
    assertGatewayError(answer, 431, "Request Header Fields Too Large");
  });
});
