import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { afterEach, describe, it, type TestContext } from "node:test";
import express from "express";
import { type RunningServer, startServer } from "../src/container/server.ts";
import { createLog } from "../src/log.ts";
import { anyone } from "../src/route/access.ts";
import { defineRoute } from "../src/route/define-route.ts";
import { noIssuer, testConfig } from "../src/testing/test-environment.ts";
import { apiOf, createToken, getMe } from "./fixtures/api.ts";
import { openRaw, type RawConnection, type RawResponse, until } from "./support/raw-connection.ts";

const echo = defineRoute({
  operationId: "echo",
  method: "POST",
  path: "/v1/echo",
  summary: "Answers with the text that it gets.",
  request: (z) => ({ body: z.object({ text: z.string() }) }),
  responses: (z) => ({ 200: { description: "The text.", schema: z.string() } }),
}).handler(anyone(async ({ body }) => ({ status: 200, body: body.text })));

const api = apiOf([echo, createToken, getMe]);
const HUGE = 20_000_000;

let running: RunningServer;
let connections: RawConnection[] = [];
afterEach(async () => {
  for (const { socket } of connections) socket.destroy();
  connections = [];
  await running.stop(0);
});

interface Started {
  /** Requests that the app has seen. */
  readonly seen: IncomingMessage[];
  /** Lines of the log and of the access log. */
  readonly logged: { readonly level: string; readonly message: string }[];
  readonly access: { readonly response: { readonly status: string } }[];
  open(): Promise<RawConnection>;
}

async function start(environment: Readonly<Record<string, string>> = {}): Promise<Started> {
  const seen: IncomingMessage[] = [];
  const logged: Started["logged"] = [];
  const access: Started["access"] = [];
  running = await startServer(
    {
      ...api,
      middleware: () => [
        (request, _response, next) => {
          seen.push(request);
          next();
        },
      ],
    },
    {
      config: testConfig(api, noIssuer, environment),
      log: createLog((line) => logged.push(JSON.parse(line))),
      write: (line) => access.push(JSON.parse(line)),
      configure: (app) => {
        app.post("/v1/raw", express.text({ type: () => true }), (request, response) => {
          response.json(request.body.length);
        });
        app.post("/v1/slow", () => {});
      },
    },
  );
  return {
    seen,
    logged,
    access,
    async open() {
      const connection = await openRaw(running.url);
      connections.push(connection);
      return connection;
    },
  };
}

function head(path: string, headers: Readonly<Record<string, string | number>>, method = "POST"): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${lines.join("")}\r\n`;
}

function assertRefused({ status, headers, body }: RawResponse, expected: number, code: string): void {
  const { error } = JSON.parse(body);
  assert.deepEqual([status, error.code], [expected, code]);
  assert.equal(error.requestId, headers["x-request-id"]);
  assert.equal(headers.connection, "close");
  assert.equal(headers["x-content-type-options"], "nosniff");
}

/** The API's timers; those of node:http keep running. */
const mockTimers = (test: TestContext) => test.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
const seconds = (test: TestContext, count: number) => {
  for (let second = 0; second < count; second++) test.mock.timers.tick(1000);
};

/**
 * The server closes the connection a second after the answer, sends nothing more, and has logged the answer.
 */
async function assertClosed(
  test: TestContext,
  { access }: Started,
  connection: RawConnection,
  status: string,
): Promise<void> {
  seconds(test, 1);
  assert.deepEqual(await connection.rest(), []);
  await until(() => access.length > 0);
  assert.deepEqual(
    access.map(({ response }) => response.status),
    [status],
  );
}

describe("a body that is longer than its endpoint accepts", () => {
  for (const [name, expect] of [
    ["", {}],
    [" with Expect: 100-continue", { expect: "100-continue" }],
  ] as const) {
    for (const [sent, bytes] of [
      ["nothing of it is sent", ""],
      ["a part of it is sent", "x".repeat(5_000)],
      ["all of it is sent", "x".repeat(HUGE)],
    ] as const) {
      it(`is 413 at once${name}, is not read to its end, and closes the connection: ${sent}`, async (test) => {
        mockTimers(test);
        const started = await start();
        const connection = await started.open();
        connection.socket.write(head("/v1/auth/token", { "content-length": HUGE, ...expect }));
        connection.socket.write(bytes);
        assertRefused(await connection.next(), 413, "001413");
        // Its answer has been read: the connection may now be closed.
        await assertClosed(test, started, connection, "413");
        assert.deepEqual(started.logged, []);
        const [request] = started.seen;
        assert.ok((request?.socket.bytesRead ?? HUGE) < 2_000_000, `${request?.socket.bytesRead} bytes`);
      });
    }
  }

  it("is 413 for a client that sends all of it before it reads: fetch", async () => {
    await start();
    const response = await fetch(`${running.url}/v1/auth/token`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "x".repeat(HUGE),
    });
    assert.equal(response.status, 413);
    assert.equal(JSON.parse(await response.text()).error.code, "001413");
  });

  it("is 413 as soon as it is too long, if its length is not announced", async () => {
    const started = await start();
    const connection = await started.open();
    connection.socket.write(head("/v1/auth/token", { "transfer-encoding": "chunked" }));
    connection.socket.write(`1388\r\n${"x".repeat(5_000)}\r\n`);
    assertRefused(await connection.next(), 413, "001413");
    connection.socket.end();
    assert.deepEqual(await connection.rest(), []);
    await until(() => started.access.length > 0);
    assert.equal(started.access[0]?.response.status, "413");
  });

  it("is answered before it is sent if the request is refused for another reason", async () => {
    const started = await start();
    const connection = await started.open();
    connection.socket.write(head("/v1/nowhere", { "content-length": HUGE, expect: "100-continue" }));
    assertRefused(await connection.next(), 404, "001404");
    connection.socket.end();
    assert.deepEqual(await connection.rest(), []);
  });
});

describe("a body that is waited for", () => {
  const isRead = ({ seen }: Started) =>
    until(() => seen.some((request) => request.listenerCount("data") > 0));

  for (const path of ["/v1/echo", "/v1/raw"]) {
    it(`is 408 after 10 seconds without a byte, and not before, and nothing else follows: ${path}`, async (test) => {
      mockTimers(test);
      const started = await start();
      const connection = await started.open();
      connection.socket.write(`${head(path, { "content-length": 20 })}{`);
      await isRead(started);
      seconds(test, 9);
      assert.equal(connection.received(), "");
      seconds(test, 2);
      assertRefused(await connection.next(), 408, "001408");
      await assertClosed(test, started, connection, "408");
      assert.deepEqual(started.logged, []);
    });
  }

  it("is 408 after 20 seconds even if bytes keep coming", async (test) => {
    mockTimers(test);
    const started = await start();
    const connection = await started.open();
    connection.socket.write(head("/v1/echo", { "content-length": 20 }));
    await isRead(started);
    const [request] = started.seen;
    for (let count = 1; count < 20; count++) {
      const before = request?.socket.bytesRead ?? 0;
      connection.socket.write("{");
      await until(() => (request?.socket.bytesRead ?? 0) > before);
      seconds(test, 1);
      assert.equal(connection.received(), "");
    }
    seconds(test, 1);
    const response = await connection.next();
    assertRefused(response, 408, "001408");
    assert.equal(JSON.parse(response.body).error.reason, "The body was not complete after 20 seconds");
    await assertClosed(test, started, connection, "408");
    assert.deepEqual(started.logged, []);
  });

  it("is waited for as long as the settings say", async (test) => {
    mockTimers(test);
    const started = await start({ BODY_IDLE_TIMEOUT_SECONDS: "2", BODY_TIMEOUT_SECONDS: "3" });
    const connection = await started.open();
    connection.socket.write(head("/v1/echo", { "content-length": 20 }));
    await isRead(started);
    seconds(test, 2);
    const { body } = await connection.next();
    assert.equal(JSON.parse(body).error.reason, "No part of the body arrived for 2 seconds");
    await assertClosed(test, started, connection, "408");
  });

  it("does not count as late while nothing reads it: a slow handler gets its time", async (test) => {
    mockTimers(test);
    const started = await start();
    const connection = await started.open();
    connection.socket.write(head("/v1/slow", { "content-length": 20 }));
    await until(() => started.seen.length > 0);
    seconds(test, 28);
    assert.equal(connection.received(), "");
    seconds(test, 1);
    assert.equal((await connection.next()).status, 503);
    await assertClosed(test, started, connection, "503");
  });

  it("is requested with 100 Continue by its reader: an endpoint, or a middleware of Express", async () => {
    const started = await start();
    for (const [path, expected] of [
      ["/v1/echo", '"x"'],
      ["/v1/raw", "12"],
    ] as const) {
      const connection = await started.open();
      connection.socket.write(head(path, { "content-length": 12, expect: "100-continue" }));
      assert.equal((await connection.next()).status, 100);
      connection.socket.write('{"text":"x"}');
      const { status, headers, body } = await connection.next();
      assert.deepEqual([status, headers.connection, body], [200, "keep-alive", expected]);
    }
  });

  it("is answered as usual with another expectation", async () => {
    const started = await start();
    const connection = await started.open();
    connection.socket.write(`${head("/v1/echo", { "content-length": 12, expect: "x" })}{"text":"x"}`);
    assert.equal((await connection.next()).status, 200);
  });
});

describe("a short body that is left unread", () => {
  it("keeps the connection: the next request on it is answered", async () => {
    const started = await start();
    const connection = await started.open();
    for (let count = 0; count < 2; count++) {
      connection.socket.write(`${head("/v1/nowhere", { "content-length": 3 })}abc`);
      const { status, headers } = await connection.next();
      assert.deepEqual([status, headers.connection], [404, "keep-alive"]);
    }
  });

  it("closes the connection if it never arrives", async (test) => {
    mockTimers(test);
    const started = await start();
    const connection = await started.open();
    connection.socket.write(`${head("/v1/nowhere", { "content-length": 3 })}a`);
    assert.equal((await connection.next()).status, 404);
    await until(() => started.access.length > 0);
    await assertClosed(test, started, connection, "404");
  });
});
