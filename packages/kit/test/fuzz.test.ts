import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import express from "express";
import fc from "fast-check";
import { type RunningServer, startServer } from "../src/container/server.ts";
import { createHandler, type LambdaHandler } from "../src/lambda/create-handler.ts";
import type { HttpResult } from "../src/lambda/event-adapter.ts";
import { createLog } from "../src/log.ts";
import { anyone, auth } from "../src/route/access.ts";
import { defineRoute } from "../src/route/define-route.ts";
import { lambdaContext, payloadEvent, type RequestToSend } from "../src/testing/payload-event.ts";
import { testConfig, testEnvironment } from "../src/testing/test-environment.ts";
import { startTestIssuer, type TestIssuer } from "../src/testing/test-issuer.ts";
import { apiOf, getHealth, getMe } from "./fixtures/api.ts";

/** Runs of each property. Each test run tries different values, so that many runs together search widely. */
const RUNS = 400;

const anyAnswer = (z: Parameters<NonNullable<Parameters<typeof defineRoute>[0]["responses"]>>[0]) => ({
  200: { description: "What came.", schema: z.unknown() },
});
const echoJson = defineRoute({
  operationId: "echoJson",
  method: "POST",
  path: "/v1/json",
  summary: "Answers with what it gets.",
  bodyLimitBytes: 4096,
  request: (z) => ({ body: z.json() }),
  responses: anyAnswer,
}).handler(anyone(async ({ body }) => ({ status: 200, body })));
const readForm = defineRoute({
  operationId: "readForm",
  method: "POST",
  path: "/v1/form",
  summary: "Counts the fields of a form.",
  consumes: ["application/x-www-form-urlencoded", "multipart/form-data"],
  request: (z) => ({ body: z.looseObject({}) }),
  responses: anyAnswer,
}).handler(anyone(async ({ body }) => ({ status: 200, body: Object.keys(body).length })));
const getItem = defineRoute({
  operationId: "getItem",
  method: "GET",
  path: "/v1/items/{id}",
  summary: "Answers with what it was asked for.",
  request: (z) => ({
    query: z.looseObject({ tag: z.array(z.string()).optional() }),
    headers: z.object({ "x-needed": z.string().optional() }),
  }),
  responses: anyAnswer,
}).handler(anyone(async ({ params, query, headers }) => ({ status: 200, body: { params, query, headers } })));
const putFile = defineRoute({
  operationId: "putFile",
  method: "PUT",
  path: "/v1/files/{path+}",
  summary: "Answers with the path.",
  responses: anyAnswer,
}).handler(auth({}, async ({ params, claims }) => ({ status: 200, body: { params, claims } })));

const api = apiOf([getHealth, getMe, echoJson, readForm, getItem, putFile]);

/** Error lines of the API. A client's mistake must not cause any. */
const errors: string[] = [];
const log = createLog((line) => {
  if (JSON.parse(line).level === "error") errors.push(line);
});
let issuer: TestIssuer;
let server: RunningServer;
let handler: LambdaHandler;
before(async () => {
  issuer = await startTestIssuer();
  server = await startServer(api, {
    config: testConfig(api, issuer),
    log,
    write: (line) => JSON.parse(line),
    configure: (app) => {
      app.post("/v1/express", express.json(), express.urlencoded(), (request, response) => {
        response.json(request.body ?? null);
      });
    },
  });
  const environment = testEnvironment(api, issuer, { RUNTIME: "LAMBDA", AWS_API_GW_STAGE_NAME: "mvp" });
  handler = createHandler(api, { environment, log });
});
after(async () => {
  await server.stop(0);
  await issuer.close();
});

function assertAnswer(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
  sent: unknown,
): void {
  const context = `${status} ${body.slice(0, 500)} for ${JSON.stringify(sent).slice(0, 2000)}`;
  assert.ok(status >= 200 && status < 500, context);
  assert.deepEqual(errors.splice(0), [], context);
  if (status < 400 || body === "") return;
  const { error } = JSON.parse(body);
  assert.match(error.code, /^00\d{4}$/, context);
  assert.equal(error.requestId, headers["x-request-id"], context);
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND"];
const TYPES = [
  "application/json",
  "application/json; charset=utf-8",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=cut",
  "multipart/form-data",
  "text/plain",
  "",
];

/** Characters that are special in one of the parsers. */
const hostile = fc.constantFrom(
  ..."/?#%&=;:,.@\\\"'[]{}<>|^~`$*+!()- \t\0\u007fé💡\u2028\ud800",
  ..."%2f|%00|%zz|%25|//|..|../|%c3%28|__proto__|constructor|a[]|a[b]|\\u0000|--cut|--cut--|\r\n".split("|"),
);
const text = fc
  .array(fc.oneof({ weight: 2, arbitrary: fc.string({ maxLength: 8 }) }, hostile), { maxLength: 12 })
  .map((parts) => parts.join(""));
const KNOWN = [
  "GET /v1/health",
  "GET /v1/me",
  "POST /v1/json",
  "POST /v1/form",
  "GET /v1/items/1",
  "PUT /v1/files/a",
  "POST /v1/express",
];
const path = fc.oneof(
  fc.tuple(fc.constantFrom("/v1/items/", "/v1/files/", "/v1/", "/"), text).map((parts) => parts.join("")),
  text,
);
const query = fc.oneof(
  fc.constant(""),
  text.map((given) => `?${given}`),
);
const token = fc.oneof(
  fc.constant(undefined),
  text.map((given) => `Bearer ${given}`),
  fc.array(fc.base64String({ maxLength: 40 }), { maxLength: 4 }).map((parts) => `Bearer ${parts.join(".")}`),
  fc.json({ maxDepth: 2 }).map((claims) => `Bearer ${issuer.sign(JSON.parse(claims) ?? {})}`),
  fc.json({ maxDepth: 2 }).map((groups) => issuer.bearer(undefined, { groups: JSON.parse(groups) })),
);
const body = fc.oneof(
  fc.constant(""),
  fc.json(),
  text,
  fc
    .array(fc.tuple(text, text), { maxLength: 5 })
    .map((pairs) => pairs.map((pair) => pair.join("=")).join("&")),
  fc
    .array(fc.tuple(text, text), { maxLength: 5 })
    .map(
      (parts) =>
        `${parts.map(([name, value]) => `--cut\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`).join("")}--cut--\r\n`,
    ),
  fc.integer({ min: 1, max: 3000 }).map((depth) => "[".repeat(depth)),
  fc.integer({ min: 1, max: 2000 }).map((depth) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`),
);
const headers = fc
  .record(
    {
      accept: text,
      cookie: text,
      origin: fc.oneof(fc.constant("https://a.example"), text),
      "access-control-request-method": fc.constantFrom("GET", "x"),
      "x-request-id": text,
      "x-forwarded-for": text,
      "x-forwarded-host": text,
      "x-forwarded-proto": text,
      "if-none-match": text,
      "content-encoding": fc.constantFrom("identity", "identity", "identity", "gzip", "x"),
      "user-agent": text,
      range: text,
      "x-needed": text,
    },
    { requiredKeys: [] },
  )
  .map((given) => given as Record<string, string>);

const endpoint = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...KNOWN) },
  fc.tuple(fc.constantFrom(...METHODS), path).map((parts) => parts.join(" ")),
);
const request = fc
  .record({ endpoint, query, headers, type: fc.constantFrom(...TYPES), token, body })
  .map(({ endpoint, query, headers, type, token, body }): RequestToSend => {
    const [method = "", ...path] = endpoint.split(" ");
    return {
      method,
      path: path.join(" ") + query,
      headers: { ...headers, "content-type": type, ...(token !== undefined && { authorization: token }) },
      ...(body !== "" && { body }),
    };
  });

/** Sends bytes, ends its side of the connection, and returns all that came back. */
function exchange(bytes: Buffer): Promise<string> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve) => {
    let received = "";
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    socket.setEncoding("latin1").on("data", (chunk) => {
      received += chunk;
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(received));
    socket.end(bytes);
    // The server closes its side too, or keeps the connection of a complete request.
    socket.on("end", () => socket.destroy());
  });
}

/** All answers to the bytes sent; HEAD's have no body. */
function assertAnswers(received: string, sent: unknown): void {
  let rest = received;
  while (rest !== "") {
    const end = rest.indexOf("\r\n\r\n");
    assert.ok(end > 0, `Not an answer: ${JSON.stringify(rest)} for ${JSON.stringify(sent)}`);
    const [statusLine = "", ...lines] = rest.slice(0, end).split("\r\n");
    const headers = Object.fromEntries(
      lines.map((line) => [
        line.slice(0, line.indexOf(":")).toLowerCase(),
        line.slice(line.indexOf(":") + 1).trim(),
      ]),
    );
    const status = Number(statusLine.split(" ")[1]);
    const start = end + 4;
    const length = /^HTTP\/1\.1 /.test(rest.slice(start)) ? 0 : Number(headers["content-length"] ?? 0);
    const body = Buffer.from(rest.slice(start, start + length), "latin1").toString();
    if (status >= 200) assertAnswer(status, headers, body, sent);
    rest = rest.slice(start + length);
  }
}

const latin1 = (value: string) => Buffer.from(value, "utf8").toString("latin1");
/** Only what Node's parser accepts: broken requests have their own property. */
const asTarget = (target: string) =>
  `/${target}`
    .replace(/^\/\//, "/")
    .replace(/[^\x21-\x7e]|#/gu, (given) => encodeURIComponent(given.toWellFormed()));
const asHeader = (value: string) => value.replace(/\p{Cc}/gu, "");

/** A request as text, with a body that may be framed wrongly. */
const rawRequest = request.chain(({ method, path, headers: given = {}, body = "" }) => {
  const bytes = Buffer.from(String(body));
  const framing = fc.constantFrom(
    ...Array.from({ length: 6 }, () => `content-length: ${bytes.length}\r\n`),
    `content-length: ${bytes.length + 5}\r\n`,
    "content-length: 20000000\r\n",
    `content-length: ${bytes.length}\r\nexpect: 100-continue\r\n`,
    "transfer-encoding: chunked\r\n",
    "",
  );
  return framing.map((framingLines) => {
    const isChunked = framingLines.startsWith("transfer");
    const lines = Object.entries(given).map(([name, value]) => `${name}: ${asHeader(value)}\r\n`);
    const content = isChunked
      ? `${bytes.length.toString(16)}\r\n${bytes.toString("latin1")}\r\n0\r\n\r\n`
      : bytes.toString("latin1");
    return (
      latin1(`${method} ${asTarget(path)} HTTP/1.1\r\nhost: x\r\n${lines.join("")}${framingLines}\r\n`) +
      content
    );
  });
});

/** A text with some of it removed, doubled or replaced. */
const mutated = (base: fc.Arbitrary<string>) =>
  fc
    .tuple(
      base,
      fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(8), text), { maxLength: 4 }),
    )
    .map(([original, mutations]) =>
      mutations.reduce((current, [place, removed, inserted]) => {
        const at = Math.trunc(place * current.length);
        return current.slice(0, at) + latin1(inserted) + current.slice(at + removed);
      }, original),
    );

const property = <Values extends [unknown, ...unknown[]]>(
  numRuns: number,
  arbitrary: { [Index in keyof Values]: fc.Arbitrary<Values[Index]> },
  check: (...values: Values) => Promise<void>,
) => fc.assert(fc.asyncProperty(...arbitrary, check), { numRuns, interruptAfterTimeLimit: 15_000 });

describe("whatever a client sends, it gets a response of the API with an id, below 500, and the API keeps running", () => {
  it("requests on a connection to the container's server", () =>
    property(RUNS, [rawRequest], async (bytes) =>
      assertAnswers(await exchange(Buffer.from(bytes, "latin1")), bytes),
    ));

  it("consecutive requests on one connection", () =>
    property(RUNS / 4, [fc.array(rawRequest, { minLength: 2, maxLength: 5 })], async (all) =>
      assertAnswers(await exchange(Buffer.from(all.join(""), "latin1")), all),
    ));

  it("requests with a defect", () =>
    property(RUNS, [mutated(rawRequest)], async (bytes) =>
      assertAnswers(await exchange(Buffer.from(bytes, "latin1")), bytes),
    ));

  it("random bytes", () =>
    property(RUNS / 2, [fc.uint8Array({ minLength: 1, maxLength: 300 })], async (bytes) =>
      assertAnswers(await exchange(Buffer.from(bytes)), [...bytes]),
    ));

  it("events of the gateway at the Lambda handler", () =>
    property(RUNS, [request], async (sent) => {
      const event = payloadEvent({ ...sent, path: sent.path.startsWith("/") ? sent.path : `/${sent.path}` });
      const { statusCode, headers, body } = (await handler(event, lambdaContext())) as HttpResult;
      assertAnswer(statusCode, headers, body, sent);
    }));

  it("events of other sources are refused with an error: they are a mistake in the infrastructure", () =>
    property(RUNS, [fc.jsonValue()], async (event) => {
      await assert.rejects(handler(event, lambdaContext()), /not a payload 2\.0 event/);
    }));

  after(async () => {
    assert.equal((await fetch(`${server.url}/v1/health`)).status, 200);
  });
});
