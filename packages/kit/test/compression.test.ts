/** Answers worth compressing are compressed, in both runtimes, in the caller's preferred coding. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { after, before, describe, it } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { createHandler } from "../src/lambda/create-handler.ts";
import type { HttpResult } from "../src/lambda/event-adapter.ts";
import { anyone } from "../src/route/access.ts";
import { defineRoute } from "../src/route/define-route.ts";
import { lambdaContext, payloadEvent } from "../src/testing/payload-event.ts";
import { testApp } from "../src/testing/test-app.ts";
import { noIssuer, testEnvironment } from "../src/testing/test-environment.ts";
import { apiOf, fixtureApi } from "./fixtures/api.ts";

const TEXT = "Grüße, again and again. ".repeat(200);
const bodies: Readonly<
  Record<string, readonly [body: string | Uint8Array, headers: Record<string, string>]>
> = {
  text: [TEXT, { "content-type": "text/plain; charset=utf-8" }],
  json: [JSON.stringify([TEXT]), { "content-type": "application/vnd.api+json" }],
  problem: [JSON.stringify([TEXT]), { "content-type": "application/problem+json" }],
  svg: [TEXT, { "content-type": "image/svg+xml" }],
  tagged: [TEXT, { "content-type": "text/plain", etag: '"1"', vary: "accept" }],
  small: ["x".repeat(1023), { "content-type": "text/plain" }],
  picture: [Buffer.from(TEXT), { "content-type": "image/png" }],
  archive: [Buffer.from(TEXT), { "content-type": "application/zip" }],
  "compressed already": [Buffer.from(TEXT), { "content-type": "text/plain", "content-encoding": "x-own" }],
  "left alone": [TEXT, { "content-type": "text/plain", "cache-control": "private, no-transform" }],
};

const answer = defineRoute({
  operationId: "answer",
  method: "GET",
  path: "/v1/bodies/{kind}",
  summary: "Answers a body.",
  responses: (z) => ({
    200: {
      description: "It.",
      schema: z.unknown(),
      alternatives: Object.fromEntries(
        Object.values(bodies).map(([, headers]) => [headers["content-type"] ?? "", z.unknown()]),
      ),
    },
  }),
}).handler(
  anyone(async ({ params: { kind } }) => {
    const [body, headers] = bodies[kind] ?? [];
    return { status: 200, body, headers: headers ?? {} };
  }),
);
const list = defineRoute({
  operationId: "list",
  method: "GET",
  path: "/v1/list",
  summary: "Answers JSON.",
  etag: true,
  responses: (z) => ({ 200: { description: "It.", schema: z.array(z.string()) } }),
}).handler(anyone(async () => ({ status: 200, body: Array(1000).fill("Grüße") })));
const versioned = defineRoute({
  operationId: "versioned",
  method: "GET",
  path: "/v1/versioned",
  summary: "Answers JSON with a strong entity tag.",
  etag: true,
  responses: (z) => ({ 200: { description: "It.", schema: z.array(z.string()) } }),
}).handler(anyone(async () => ({ status: 200, body: Array(1000).fill("Grüße"), headers: { etag: '"v7"' } })));
const api = apiOf([answer, list, versioned]);

interface Sent {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const server = testApp(api).listen(0, "127.0.0.1");
before(() => once(server, "listening"));
after(() => server.close());

/** The bytes on the wire: other clients undo the compression. */
async function ofServer(path: string, headers: Record<string, string>, method = "GET"): Promise<Sent> {
  const { port } = server.address() as { readonly port: number };
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    httpRequest({ port, host: "127.0.0.1", path, method, headers }, resolve).on("error", reject).end(),
  );
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers as Record<string, string>,
    body: Buffer.concat(chunks),
  };
}

async function ofHandler(path: string, headers: Record<string, string>, method = "GET"): Promise<Sent> {
  const handler = createHandler(api, { environment: testEnvironment(api, noIssuer, { RUNTIME: "LAMBDA" }) });
  const result = (await handler(payloadEvent({ method, path, headers }), lambdaContext())) as HttpResult;
  const isCoded = result.headers["content-encoding"] !== undefined && result.body !== "";
  assert.equal(result.isBase64Encoded, isCoded || isBinary(result));
  return {
    status: result.statusCode,
    headers: result.headers,
    body: Buffer.from(result.body, result.isBase64Encoded ? "base64" : "utf8"),
  };
}

const isBinary = ({ headers, body }: HttpResult) =>
  body !== "" && /^(image\/png|application\/zip)/.test(headers["content-type"] ?? "");
const UNDO = { br: brotliDecompressSync, gzip: gunzipSync } as const;

for (const [runtime, send] of Object.entries({ "the container": ofServer, Lambda: ofHandler })) {
  describe(`compression in ${runtime}`, () => {
    for (const kind of ["text", "json", "problem", "svg"]) {
      for (const coding of ["br", "gzip"] as const) {
        it(`sends ${kind} as ${coding}, varied by accept-encoding`, async () => {
          const { headers, body } = await send(`/v1/bodies/${kind}`, { "accept-encoding": coding });
          assert.equal(headers["content-encoding"], coding);
          assert.equal(headers.vary, "accept-encoding");
          assert.equal(UNDO[coding](body).toString(), String(bodies[kind]?.[0]));
          assert.ok(body.length < 1000, String(body.length));
        });
      }
    }

    for (const kind of ["small", "picture", "archive", "compressed already", "left alone"]) {
      it(`does not compress a response: ${kind}`, async () => {
        const { headers, body } = await send(`/v1/bodies/${encodeURIComponent(kind)}`, {
          "accept-encoding": "br, gzip",
        });
        assert.equal(headers["content-encoding"], bodies[kind]?.[1]["content-encoding"]);
        assert.equal(headers.vary, undefined);
        assert.deepEqual(body, Buffer.from(bodies[kind]?.[0] ?? ""));
      });
    }

    for (const [accepted, coding] of [
      ["gzip, deflate, br", "br"],
      ["gzip;q=1, br;q=0.5", "gzip"],
      ["br;q=0, *", "gzip"],
      ["*", "br"],
      ["GZIP", "gzip"],
      ["gzip;q=0.5, identity", undefined],
      ["gzip, identity;q=0.5", "gzip"],
      ["identity", undefined],
      ["deflate, zstd", undefined],
      ["gzip;q=0", undefined],
      ["", undefined],
      [undefined, undefined],
    ] as const) {
      it(`follows the caller's preference: ${accepted}`, async () => {
        const { headers } = await send(
          "/v1/list",
          accepted === undefined ? {} : { "accept-encoding": accepted },
        );
        assert.equal(headers["content-encoding"], coding);
        assert.equal(headers.vary, "accept-encoding");
      });
    }

    it("weakens an entity tag that identified other bytes", async () => {
      const { headers } = await send("/v1/bodies/tagged", { "accept-encoding": "br" });
      assert.deepEqual([headers.etag, headers.vary], ['W/"1"', "accept, accept-encoding"]);
    });

    it("returns 304 to an entity tag of another coding", async () => {
      const plain = await send("/v1/list", {});
      const compressed = await send("/v1/list", { "accept-encoding": "br" });
      assert.equal(compressed.headers.etag, plain.headers.etag);
      const again = await send("/v1/list", {
        "accept-encoding": "br",
        "if-none-match": String(plain.headers.etag),
      });
      assert.deepEqual(
        [again.status, again.body.length, again.headers["content-encoding"]],
        [304, 0, undefined],
      );
    });

    for (const accepted of ["br", "identity"]) {
      it(`gives a 304 the vary and entity tag of the 200, with accept-encoding: ${accepted}`, async () => {
        const sent = { "accept-encoding": accepted };
        const whole = await send("/v1/versioned", sent);
        const not = await send("/v1/versioned", { ...sent, "if-none-match": '"v7"' });
        assert.deepEqual([whole.status, not.status, not.body.length], [200, 304, 0]);
        assert.deepEqual([not.headers.etag, not.headers.vary], [whole.headers.etag, whole.headers.vary]);
      });
    }

    it("gives HEAD the length of GET", async () => {
      const accept = { "accept-encoding": "br" };
      const get = await send("/v1/list", accept);
      const head = await send("/v1/list", accept, "HEAD");
      assert.equal(head.headers["content-length"], String(get.body.length));
      assert.equal(head.headers["content-encoding"], "br");
    });
  });
}

it("the OpenAPI document is compressed", async () => {
  const handler = createHandler(fixtureApi, {
    environment: testEnvironment(fixtureApi, noIssuer, { RUNTIME: "LAMBDA" }),
  });
  const event = payloadEvent({
    method: "GET",
    path: "/v1/openapi.json",
    headers: { "accept-encoding": "br" },
  });
  const { headers, body, isBase64Encoded } = (await handler(event, lambdaContext())) as HttpResult;
  assert.deepEqual([headers["content-encoding"], isBase64Encoded], ["br", true]);
  const document = brotliDecompressSync(Buffer.from(body, "base64")).toString();
  assert.equal(JSON.parse(document).openapi, "3.1.0");
});
