/** Streams: sent as they are made in the container, all at once in Lambda. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { describe, it, type TestContext } from "node:test";
import type { RequestHandler } from "express";
import { api as exampleApi } from "../examples/src/api.ts";
import { prices } from "../examples/src/routes/products/watch-prices.ts";
import type { Api } from "../src/api.ts";
import { loadConfig } from "../src/config.ts";
import { startServer } from "../src/container/server.ts";
import { createHandler } from "../src/lambda/create-handler.ts";
import { type HttpResult, MAX_RESULT_BYTES } from "../src/lambda/event-adapter.ts";
import { createLog } from "../src/log.ts";
import { anyone } from "../src/route/access.ts";
import { defineRoute, type HandlerContext, type StreamBody } from "../src/route/define-route.ts";
import { lambdaContext, payloadEvent } from "../src/testing/payload-event.ts";
import { noIssuer, testEnvironment } from "../src/testing/test-environment.ts";
import { apiOf } from "./fixtures/api.ts";

/** An API with one endpoint, whose answer is the stream. */
function streaming(
  make: (input: HandlerContext) => StreamBody,
  contentType = "text/plain; charset=utf-8",
): Api {
  const route = defineRoute({
    operationId: "stream",
    method: "GET",
    path: "/v1/stream",
    summary: "Answers a stream.",
    responses: () => ({ 200: { description: "It.", contentType, stream: "finite" } }),
  }).handler(anyone(async (input) => ({ status: 200, body: make(input) })));
  return apiOf([route]);
}

async function serve(t: TestContext, api: Api) {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const config = loadConfig(testEnvironment(api, noIssuer), { settings: api.settings });
  const server = await startServer(api, { config, log: createLog(write), write });
  t.after(() => server.stop(0));
  const get = async (path: string, method = "GET") => {
    const sent = httpRequest(server.url + path, { method });
    sent.on("error", () => {});
    sent.end();
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    return { sent, response };
  };
  return { server, get, lines };
}

async function invoke(api: Api, path = "/v1/stream", method = "GET") {
  const lines: string[] = [];
  const environment = testEnvironment(api, noIssuer, { RUNTIME: "LAMBDA" });
  const handler = createHandler(api, { environment, log: createLog((line) => lines.push(line)) });
  const result = (await handler(payloadEvent({ method, path }), lambdaContext())) as HttpResult;
  return { ...result, bytes: Buffer.from(result.body, result.isBase64Encoded ? "base64" : "utf8"), lines };
}

/** Other work in this process takes some turns of its loop. */
async function until(isDone: () => boolean): Promise<void> {
  for (let turn = 0; turn < 10_000 && !isDone(); turn += 1)
    await new Promise((resolve) => setImmediate(resolve));
  assert.ok(isDone());
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Streams that send one piece and then wait for the next. */
const idleStreams: Readonly<Record<string, (onClose: () => void) => StreamBody>> = {
  "a Node stream": (onClose) => {
    const stream = new Readable({ read() {} });
    stream.push("first");
    return stream.on("close", onClose);
  },
  "a web stream": (onClose) =>
    new ReadableStream({
      start: (controller) => controller.enqueue(Buffer.from("first")),
      cancel: onClose,
    }),
};

const web = () =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(Buffer.from("Grü"));
      controller.enqueue(Buffer.from("ße"));
      controller.close();
    },
  });
async function* generator() {
  yield "Grü";
  yield Buffer.from("ße");
}

describe("a finite stream", () => {
  for (const [kind, make] of Object.entries({
    "a Web stream": web,
    "a Node stream": () => Readable.from([Buffer.from("Grü"), Buffer.from("ße")]),
    "an async generator": generator,
  })) {
    it(`is the same in both runtimes: ${kind}`, async (t) => {
      const api = streaming(make);
      const { get } = await serve(t, api);
      const { response } = await get("/v1/stream");
      assert.equal(response.headers["content-type"], "text/plain; charset=utf-8");
      assert.equal(response.headers["transfer-encoding"], "chunked");
      assert.equal(await textOf(response), "Grüße");
      const { statusCode, body, isBase64Encoded, headers } = await invoke(api);
      assert.deepEqual([statusCode, body, isBase64Encoded], [200, "Grüße", false]);
      assert.equal(headers["content-type"], "text/plain; charset=utf-8");
    });
  }

  it("is base64 in Lambda if it is bytes", async () => {
    const bytes = Buffer.from("89504e47ff00", "hex");
    const answer = await invoke(streaming(() => Readable.from([bytes]), "image/png"));
    assert.deepEqual([answer.isBase64Encoded, answer.bytes], [true, bytes]);
  });

  it("may be empty", async (t) => {
    const api = streaming(() => Readable.from([]));
    const { get } = await serve(t, api);
    const { response } = await get("/v1/stream");
    assert.deepEqual([response.statusCode, await textOf(response)], [200, ""]);
    assert.deepEqual([(await invoke(api)).statusCode, (await invoke(api)).body], [200, ""]);
  });

  it("is not made faster than its caller reads it", async (t) => {
    let made = 0;
    const piece = Buffer.alloc(256 * 1024);
    async function* endless() {
      for (;;) {
        made += 1;
        yield piece;
      }
    }
    const { get } = await serve(t, streaming(endless, "application/octet-stream"));
    const { sent, response } = await get("/v1/stream");
    let before = -1;
    // Once the buffers in between are full, nothing more is made.
    while (made !== before) {
      before = made;
      for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok(made < 200, String(made));
    response.once("data", () => response.pause());
    sent.destroy();
  });

  it("ends when its caller goes: its iterator and the signal both learn of it, and no error is logged", async (t) => {
    const ended = Promise.withResolvers<unknown>();
    async function* source(signal: AbortSignal) {
      try {
        for (let index = 0; ; index += 1) {
          yield "piece\n".repeat(10_000);
          if (index > 2) await once(signal, "abort");
        }
      } finally {
        ended.resolve(signal.aborted);
      }
    }
    const { get, lines } = await serve(
      t,
      streaming(({ signal }) => source(signal)),
    );
    const { sent, response } = await get("/v1/stream");
    await once(response, "data");
    sent.destroy();
    assert.equal(await ended.promise, true);
    assert.doesNotMatch(lines.join(""), /request failed/);
  });

  it("that fails before its first piece is answered as an error of the API, in both runtimes", async (t) => {
    async function* failing(): AsyncGenerator<string> {
      throw new Error("the disk is gone");
      // biome-ignore lint/correctness/noUnreachable: a generator must yield
      yield "";
    }
    const api = streaming(failing);
    const { get, lines } = await serve(t, api);
    const { response } = await get("/v1/stream");
    assert.equal(response.statusCode, 500);
    assert.equal(JSON.parse(await textOf(response)).error.code, "001500");
    assert.match(lines.join(""), /the disk is gone/);
    const { statusCode, body, lines: logged } = await invoke(api);
    assert.deepEqual([statusCode, JSON.parse(body).error.code], [500, "001500"]);
    assert.match(logged.join(""), /the disk is gone/);
  });

  it("that fails in the middle is cut off in the container, and an error in Lambda", async (t) => {
    async function* failing() {
      yield "half";
      throw new Error("the disk is gone");
    }
    const api = streaming(failing);
    const { get, lines } = await serve(t, api);
    const { response } = await get("/v1/stream");
    await assert.rejects(textOf(response), /aborted/);
    assert.match(lines.join(""), /the disk is gone/);
    assert.equal((await invoke(api)).statusCode, 500);
  });

  it("with pieces other than text and bytes is an error that says so", async () => {
    const { statusCode, lines } = await invoke(streaming(() => Readable.from([{ a: 1 }])));
    assert.equal(statusCode, 500);
    assert.match(lines.join(""), /A piece of the stream is of type object; yield text or bytes/);
  });

  for (const [kind, contentType, limit] of [
    ["text", "text/plain; charset=utf-8", MAX_RESULT_BYTES],
    ["bytes", "application/octet-stream", (MAX_RESULT_BYTES / 4) * 3],
  ] as const) {
    it(`with more ${kind} than Lambda accepts is refused with 002500, and is not read on`, async () => {
      let made = 0;
      const piece = Buffer.alloc(64 * 1024, "a");
      const streamOf = (pieces: number) =>
        streaming(async function* () {
          for (made = 0; made < pieces; made += 1) yield piece;
        }, contentType);
      const most = Math.floor((limit - 100) / piece.length);
      assert.equal((await invoke(streamOf(most))).statusCode, 200);
      const { statusCode, body, lines } = await invoke(streamOf(10_000));
      assert.deepEqual([statusCode, JSON.parse(body).error.code], [500, "002500"]);
      assert.match(lines.join(""), /Lambda accepts/);
      assert.ok(made <= MAX_RESULT_BYTES / piece.length + 1, String(made));
      assert.equal((await invoke(streamOf(most + 1))).statusCode, 500);
    });
  }

  it("is not started by HEAD, and releases its resources", async (t) => {
    const closed: string[] = [];
    const source = () => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => assert.fail("it was read"),
        return: async () => {
          closed.push("closed");
          return { done: true as const, value: undefined };
        },
      }),
    });
    const api = streaming(source);
    const { get } = await serve(t, api);
    const { response } = await get("/v1/stream", "HEAD");
    assert.deepEqual([response.statusCode, await textOf(response)], [200, ""]);
    const { statusCode, body, headers } = await invoke(api, "/v1/stream", "HEAD");
    assert.deepEqual([statusCode, body, headers["content-type"]], [200, "", "text/plain; charset=utf-8"]);
    assert.deepEqual(closed, ["closed", "closed"]);
  });

  for (const [kind, make] of Object.entries(idleStreams)) {
    it(`is closed after HEAD, after a caller that left early, and while it waits: ${kind}`, async (t) => {
      const closed: string[] = [];
      const begun = Promise.withResolvers<void>();
      const mayAnswer = Promise.withResolvers<void>();
      const route = (name: string, wait: Promise<void>) =>
        defineRoute({
          operationId: name,
          method: "GET",
          path: `/v1/${name}`,
          summary: "Answers a stream.",
          responses: () => ({ 200: { description: "It.", contentType: "text/plain", stream: "finite" } }),
        }).handler(
          anyone(async () => {
            if (name === "late") begun.resolve();
            await wait;
            return { status: 200, body: make(() => closed.push(name)) };
          }),
        );
      const { get, lines, server } = await serve(
        t,
        apiOf([route("stream", Promise.resolve()), route("late", mayAnswer.promise)]),
      );
      await textOf((await get("/v1/stream", "HEAD")).response);
      await until(() => closed.length === 1);

      const waiting = await get("/v1/stream");
      await once(waiting.response, "data");
      waiting.sent.destroy();
      await until(() => closed.length === 2);

      const early = httpRequest(`${server.url}/v1/late`).on("error", () => {});
      early.end();
      await begun.promise;
      early.destroy();
      await until(() => lines.some((line) => line.includes("/v1/late")));
      mayAnswer.resolve();
      await until(() => closed.length === 3);
      assert.deepEqual(closed, ["stream", "stream", "late"]);
      assert.doesNotMatch(lines.join(""), /request failed/);
    });
  }

  it("whose cleanup fails after its caller has left is logged, and harms no other request", async (t) => {
    const begun = Promise.withResolvers<void>();
    async function* source(signal: AbortSignal) {
      try {
        begun.resolve();
        await once(signal, "abort");
        yield "late";
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: a fault that a cursor's close may have
        throw new Error("The cursor cannot be closed");
      }
    }
    const { get, lines, server } = await serve(
      t,
      streaming(({ signal }) => source(signal)),
    );
    const sent = httpRequest(`${server.url}/v1/stream`).on("error", () => {});
    sent.end();
    await begun.promise;
    sent.destroy();
    await until(() => lines.some((line) => line.includes("The cursor cannot be closed")));
    assert.equal((await get("/v1/other")).response.statusCode, 404);
  });

  it("causes no warning about listeners, with middleware that waits for the end of the response", async (t) => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on("warning", onWarning);
    t.after(() => process.off("warning", onWarning));
    const waits: RequestHandler = (_request, response, next) => {
      for (const event of ["close", "finish", "error"]) response.on(event, () => {});
      next();
    };
    const { get } = await serve(t, { ...streaming(generator), middleware: () => [waits, waits, waits] });
    const { response } = await get("/v1/stream");
    assert.equal(await textOf(response), "Grüße");
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(warnings, []);
  });

  it("has its length in the access log", async (t) => {
    const { get, lines } = await serve(t, streaming(generator));
    const { response } = await get("/v1/stream");
    await textOf(response);
    const entry = () => lines.map((line) => JSON.parse(line)).find(({ response: sent }) => sent);
    await until(() => entry() !== undefined);
    assert.equal(entry().response.responseLength, String(Buffer.byteLength("Grüße")));
  });

  it("that the contract does not declare is an error outside production, and so is a missing one", async () => {
    const contract = {
      operationId: "stream",
      method: "GET",
      path: "/v1/stream",
      summary: "Answers.",
    } as const;
    const none = defineRoute({
      ...contract,
      responses: (z) => ({ 200: { description: "It.", schema: z.unknown() } }),
    }).handler(anyone(async () => ({ status: 200, body: generator() })));
    assert.match((await invoke(apiOf([none]))).lines.join(""), /a stream is not in the contract/);
    const value = streaming(() => "text" as unknown as StreamBody);
    assert.match((await invoke(value)).lines.join(""), /the response 200 is not a stream/);
  });
});

describe("an endless stream", () => {
  it("sends its head at once, each event as it comes, and ends with its caller", async (t) => {
    const { get, lines } = await serve(t, exampleApi);
    const { sent, response } = await get("/v1/products/prices");
    assert.equal(response.headers["content-type"], "text/event-stream");
    assert.equal(response.headers["cache-control"], "no-store");
    prices.emit("changed", { sku: "tea", price: 3 });
    const [event] = (await once(response, "data")) as [Buffer];
    assert.equal(event.toString(), 'event: price\ndata: {"sku":"tea","price":3}\n\n');
    assert.equal(prices.listenerCount("changed"), 1);
    sent.destroy();
    await until(() => prices.listenerCount("changed") === 0);
    assert.doesNotMatch(lines.join(""), /request failed/);
  });

  it("ends cleanly when the server stops, which does not wait for it", async (t) => {
    const { get, server, lines } = await serve(t, exampleApi);
    const { response } = await get("/v1/products/prices");
    const ended = textOf(response);
    assert.deepEqual(await server.stop(60_000), { wasForced: false });
    assert.equal(await ended, "");
    await until(() => prices.listenerCount("changed") === 0);
    assert.doesNotMatch(lines.join(""), /request failed/);
  });

  it("does not exist in Lambda", async () => {
    const { statusCode, body } = await invoke(exampleApi, "/v1/products/prices");
    assert.deepEqual([statusCode, JSON.parse(body).error.code], [404, "001404"]);
  });
});
