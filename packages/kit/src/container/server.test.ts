import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, it } from "node:test";
import { apiOf, fixtureApi } from "../../test/fixtures/api.ts";
import { holdRequest } from "../../test/support/held-request.ts";
import type { Api } from "../api.ts";
import { createLog } from "../log.ts";
import { anyone } from "../route/access.ts";
import { defineRoute } from "../route/define-route.ts";
import { noIssuer, testConfig } from "../testing/test-environment.ts";
import { type RunningServer, type ServerSettings, startServer } from "./server.ts";

const silent = createLog(() => {});
/** Longer than any test takes. */
const NEVER = 60_000;

describe("the container's server", () => {
  const running: RunningServer[] = [];
  const agents: Agent[] = [];
  afterEach(async () => {
    for (const agent of agents.splice(0)) agent.destroy();
    for (const server of running.splice(0)) await server.stop(0);
  });

  async function start(
    limits: ServerSettings["limits"] = {},
    environment = {},
    api: Api = fixtureApi,
    configure?: ServerSettings["configure"],
  ): Promise<RunningServer> {
    const config = testConfig(api, noIssuer, environment);
    const server = await startServer(api, { config, log: silent, write: () => {}, limits, configure });
    running.push(server);
    return server;
  }

  function keepAlive(): Agent {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    agents.push(agent);
    return agent;
  }

  async function send(
    url: string,
    { method = "GET", path = "/v1/health", headers = {}, body = "" } = {},
    agent?: Agent,
  ): Promise<{ response: IncomingMessage; body: string; socket: Socket }> {
    const request = httpRequest(url + path, { method, headers, agent: agent ?? false });
    request.end(body);
    const [response] = (await once(request, "response")) as [IncomingMessage];
    return { response, body: await text(response), socket: request.socket as Socket };
  }

  /** A raw connection, with everything that it receives until the other side closes it. */
  async function open(url: string): Promise<{ socket: Socket; received: Promise<string> }> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port) });
    socket.on("error", () => {});
    await once(socket, "connect");
    const received = new Promise<string>((resolve) => {
      let all = "";
      socket.setEncoding("latin1").on("data", (chunk: string) => {
        all += chunk;
      });
      socket.once("close", () => resolve(all));
    });
    return { socket, received };
  }

  it("takes any free port for port 0, and reports its address", async () => {
    const { url } = await start();
    assert.match(url, /^http:\/\/127\.0\.0\.1:[1-9]\d+$/);
    assert.equal((await send(url)).response.statusCode, 200);
  });

  it("reports an IPv6 address in a form that can be called", async (context) => {
    try {
      const { url } = await start({}, { HOST: "::1" });
      assert.match(url, /^http:\/\/\[::1\]:\d+$/);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRNOTAVAIL") throw error;
      context.diagnostic("this machine has no IPv6");
    }
  });

  it("accepts an absolute URL as the target, as a proxy may send it, and its host instead of the header's", async () => {
    const getOrigin = defineRoute({
      operationId: "getOrigin",
      method: "GET",
      path: "/v1/origin",
      summary: "Answers where it was called.",
      responses: (z) => ({ 200: { description: "It.", schema: z.string() } }),
    }).handler(anyone(async ({ origin }) => ({ status: 200, body: origin })));
    const { url } = await start({}, {}, apiOf([getOrigin]));
    const request = httpRequest(url, { path: "http://api.example.com/v1/origin", agent: false }).end();
    const [response] = (await once(request, "response")) as [IncomingMessage];
    assert.deepEqual([response.statusCode, await text(response)], [200, '"http://api.example.com"']);
  });

  it("joins the values of a header that is sent twice, as the gateway does", async () => {
    const { url } = await start();
    for (const second of ["application/json", "text/plain"]) {
      const { socket, received } = await open(url);
      const headers = [
        "host: x",
        "content-type: application/json",
        `content-type: ${second}`,
        "content-length: 2",
      ];
      socket.end(`POST /v1/auth/token HTTP/1.1\r\n${headers.join("\r\n")}\r\nconnection: close\r\n\r\n{}`);
      assert.match(await received, /^HTTP\/1.1 415 /, second);
    }
  });

  it("says that the port is already in use", async () => {
    const { url } = await start();
    const { port } = new URL(url);
    await assert.rejects(start({}, { PORT: port }), {
      name: "ConfigError",
      message: `Port ${port} is already in use; choose another, for example PORT=5000, or use PORT=0 for any free port.`,
    });
  });

  it("says that the host is not an address of this machine", async () => {
    // RFC 5737 reserves this network for documentation: no machine has an address in it.
    await assert.rejects(start({}, { HOST: "192.0.2.1" }), {
      name: "ConfigError",
      message:
        "HOST is 192.0.2.1, which is not an address of this host; use HOST=0.0.0.0 for all interfaces.",
    });
  });

  it("keeps a connection alive between two requests", async () => {
    const { url } = await start();
    const agent = keepAlive();
    const first = await send(url, {}, agent);
    assert.equal(first.response.headers["keep-alive"], "timeout=65");
    assert.equal((await send(url, {}, agent)).socket, first.socket);
  });

  it("returns 431 when request line and headers exceed 10,240 bytes", async () => {
    const { url } = await start();
    const withHeader = (length: number) => send(url, { headers: { "x-long": "x".repeat(length) } });
    assert.equal((await withHeader(9_500)).response.statusCode, 200);
    assert.equal((await withHeader(10_240)).response.statusCode, 431);
    const withPath = (length: number) => send(url, { path: `/v1/health?${"x".repeat(length)}` });
    assert.equal((await withPath(9_500)).response.statusCode, 200);
    assert.equal((await withPath(10_240)).response.statusCode, 431);
  });

  it("closes a connection whose headers never end", async () => {
    const { url } = await start({ headersTimeout: 20, connectionsCheckingInterval: 5 });
    const { socket, received } = await open(url);
    socket.write("GET /v1/health HTTP/1.1\r\nhost: x\r\n");
    assert.match(await received, /^HTTP\/1\.1 408 /);
  });

  for (const [name, bytes] of [
    ["bytes that are not HTTP", "\x16\x03\x01\x02\0\r\n\r\n"],
    ["a header without a colon", "GET / HTTP/1.1\r\nhost: x\r\nnonsense\r\n\r\n"],
    ["a version that does not exist", "GET / HTTP/9.9\r\nhost: x\r\n\r\n"],
    ["no host", "GET / HTTP/1.1\r\n\r\n"],
    [
      "two lengths",
      "POST /v1/auth/token HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
    ],
    [
      "a length and chunks, as in request smuggling",
      "POST /v1/auth/token HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    ["a header that ends in a bare line feed", "GET / HTTP/1.1\r\nhost: x\nx-a: b\n\n"],
  ] as const) {
    it(`returns 400 to malformed HTTP, and keeps running: ${name}`, async () => {
      const { url } = await start();
      const { socket, received } = await open(url);
      socket.write(bytes, "latin1");
      assert.match(await received, /^HTTP\/1\.1 400 /);
      assert.equal((await send(url)).response.statusCode, 200);
    });
  }

  it("keeps running when a caller hangs up in the middle of a request", async () => {
    const { url } = await start();
    const { socket, received } = await open(url);
    socket.write("POST /v1/auth/token HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{");
    socket.resetAndDestroy();
    await received;
    assert.equal((await send(url)).response.statusCode, 200);
  });

  it("when stopped, responds to requests in flight, closes their connections, and takes no new ones", async () => {
    const server = await start();
    const { answer, finish } = await holdRequest(server.url, keepAlive());
    let isStopped = false;
    const stopped = server.stop(NEVER).then(() => {
      isStopped = true;
    });
    await assert.rejects(send(server.url), { code: "ECONNREFUSED" });
    assert.equal(isStopped, false);
    finish();
    const { status, headers, body } = await answer;
    assert.deepEqual([status, JSON.parse(body).error.code], [400, "001400"]);
    assert.equal(headers.connection, "close");
    // Well below the limit: an idle keep-alive connection does not delay it.
    await stopped;
  });

  it("reports whether it had to cut anything off", async () => {
    const quiet = await start();
    assert.deepEqual(await quiet.stop(NEVER), { wasForced: false });
    const busy = await start();
    const { answer } = await holdRequest(busy.url, keepAlive());
    const lost = assert.rejects(answer);
    assert.deepEqual(await busy.stop(0), { wasForced: true });
    await lost;
  });

  it("when stopped, responds to the next request of a kept-alive connection, and then closes it", async () => {
    const server = await start();
    const agent = keepAlive();
    const { socket } = await send(server.url, {}, agent);
    const stopped = server.stop(NEVER);
    const next = await send(server.url, {}, agent);
    assert.equal(next.socket, socket);
    assert.equal(next.response.statusCode, 200);
    assert.equal(next.response.headers.connection, "close");
    await stopped;
  });

  it("when stopped, closes connections that stay idle", async () => {
    const server = await start();
    const { socket } = await send(server.url, {}, keepAlive());
    assert.equal(socket.destroyed, false);
    await Promise.all([once(socket, "close"), server.stop(NEVER)]);
  });

  it("when stopped, sends the rest of a response that has ended, and cuts nothing off", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const size = 20_000_000;
    const large = apiOf([
      defineRoute({
        operationId: "getLarge",
        method: "GET",
        path: "/v1/large",
        summary: "Answers more than a socket holds.",
        responses: (z) => ({ 200: { description: "It.", contentType: "text/plain", schema: z.string() } }),
      }).handler(anyone(async () => ({ status: 200, body: "x".repeat(size) }))),
    ]);
    const server = await start({}, {}, large);
    const request = httpRequest(`${server.url}/v1/large`, { agent: keepAlive() });
    request.end();
    const [response] = (await once(request, "response")) as [IncomingMessage];
    const stopped = server.stop(NEVER);
    context.mock.timers.tick(1_000);
    assert.equal((await text(response)).length, size);
    assert.deepEqual(await stopped, { wasForced: false });
  });

  it("when stopped, closes the connection of a stream that ends later", {
    timeout: 10_000,
  }, async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const end = Promise.withResolvers<void>();
    async function* pieces() {
      yield "first";
      await end.promise;
    }
    const streaming = apiOf([
      defineRoute({
        operationId: "getStream",
        method: "GET",
        path: "/v1/stream",
        summary: "Answers a stream.",
        responses: () => ({ 200: { description: "It.", contentType: "text/plain", stream: "finite" } }),
      }).handler(anyone(async () => ({ status: 200, body: pieces() }))),
    ]);
    const server = await start({}, {}, streaming);
    const request = httpRequest(`${server.url}/v1/stream`, { agent: keepAlive() });
    request.end();
    const [response] = (await once(request, "response")) as [IncomingMessage];
    const stopped = server.stop(NEVER);
    context.mock.timers.tick(1_000);
    end.resolve();
    assert.equal(await text(response), "first");
    assert.deepEqual(await stopped, { wasForced: false });
  });

  for (const [path, status] of [
    ["/v1/health", 200],
    ["/v1/nowhere", 404],
  ] as const) {
    it(`when stopped, returns ${status} to a request that is still arriving, and closes its connection`, async () => {
      const server = await start();
      const { socket, received } = await open(server.url);
      // Its first line arrived before the stop: the connection is not idle.
      socket.write(`GET ${path} HTTP/1.1\r\n`);
      await send(server.url);
      const stopped = server.stop(NEVER);
      socket.write("host: x\r\n\r\n");
      const answer = await received;
      assert.ok(answer.startsWith(`HTTP/1.1 ${status} `), answer);
      assert.match(answer, /\r\nconnection: close\r\n/i);
      await stopped;
    });
  }

  it("cuts off the rest when the limit is reached", async () => {
    const server = await start();
    const { answer } = await holdRequest(server.url);
    await Promise.all([assert.rejects(answer, { code: "ECONNRESET" }), server.stop(1)]);
  });

  it("passes the app to `configure` before the first request", async () => {
    const { url } = await start({}, {}, fixtureApi, (app) => {
      app.get("/late", (_request, response) => void response.json("late"));
    });
    const { response, body } = await send(url, { path: "/late" });
    assert.deepEqual([response.statusCode, body], [200, '"late"']);
  });

  it("while it stops, sends an early response of middleware with the header that closes the connection", async () => {
    const quick = defineRoute({
      operationId: "quick",
      method: "GET",
      path: "/quick",
      summary: "Answers.",
      responses: (z) => ({ 200: { description: "An answer.", schema: z.string() } }),
    }).handler(anyone(async () => ({ status: 200, body: "x" })));
    const api = apiOf([quick], { middleware: () => [(_request, response) => void response.json("early")] });
    const server = await start({}, {}, api);
    const agent = keepAlive();
    await send(server.url, { path: "/quick" }, agent);
    const stopped = server.stop(NEVER);
    const { response, body } = await send(server.url, { path: "/quick" }, agent);
    assert.deepEqual([body, response.headers.connection], ['"early"', "close"]);
    await stopped;
  });

  it("may be stopped twice", async () => {
    const server = await start();
    await Promise.all([server.stop(NEVER), server.stop(NEVER)]);
  });
});
