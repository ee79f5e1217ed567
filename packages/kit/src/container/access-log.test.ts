import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, it } from "node:test";
import { apiOf } from "../../test/fixtures/api.ts";
import { createApp } from "../app.ts";
import { createLog } from "../log.ts";
import { release } from "../release.ts";
import { anyone } from "../route/access.ts";
import { defineRoute } from "../route/define-route.ts";
import { createServices } from "../services.ts";
import { noIssuer, testConfig } from "../testing/test-environment.ts";
import { createContainerRuntime } from "./container-runtime.ts";

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

describe("the access log of the container", () => {
  const servers: ReturnType<typeof createServer>[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  const gone = Promise.withResolvers<void>();
  let entered = Promise.withResolvers<void>();
  const api = apiOf([
    defineRoute({
      operationId: "echo",
      method: "POST",
      path: "/orders/{id}",
      summary: "Answers.",
      request: (z) => ({ body: z.object({ a: z.string() }) }),
      responses: (z) => ({ 200: { description: "An answer.", schema: z.string() } }),
    }).handler(anyone(async ({ body }) => ({ status: 200, body: body.a }))),
    defineRoute({
      operationId: "fail",
      method: "GET",
      path: "/fail",
      summary: "Fails.",
      responses: (z) => ({ 200: { description: "Never.", schema: z.string() } }),
    }).handler(
      anyone(async () => {
        throw new Error("secret");
      }),
    ),
    defineRoute({
      operationId: "wait",
      method: "GET",
      path: "/wait",
      summary: "Waits until the caller has gone.",
      responses: (z) => ({ 200: { description: "Never.", schema: z.string() } }),
    }).handler(
      anyone(async ({ signal }) => {
        entered.resolve();
        await once(signal, "abort");
        gone.resolve();
        return { status: 200, body: "too late" };
      }),
    ),
  ]);

  async function start(environment: Readonly<Record<string, string>> = {}) {
    const lines: string[] = [];
    const next: ((line: string) => void)[] = [];
    const write = (line: string) => {
      lines.push(line);
      next.shift()?.(line);
    };
    const config = testConfig(api, noIssuer, environment);
    const log = createLog(() => {});
    const runtime = createContainerRuntime({ config, log, write, release: release(api) });
    const { services } = createServices(api.services, { config, log });
    const server = createServer(createApp({ api, config, runtime, log, services }));
    servers.push(server);
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const open = ({ method = "GET", path = "/", headers = {}, body }: Sent) => {
      const request = httpRequest({ host: "127.0.0.1", port, method, path, headers, agent: false });
      request.end(body);
      return request;
    };
    /** Sends a request, and returns its line of the log. */
    const entryOf = async (sent: Sent) => {
      const line = new Promise<string>((resolve) => next.push(resolve));
      const [response] = (await once(open(sent), "response")) as [IncomingMessage];
      await text(response);
      return JSON.parse(await line);
    };
    return { open, entryOf, lines, next, port };
  }

  const MILLISECONDS = /^\d{1,4}$/;

  it("has one line per request, with the groups and names of the gateway's access log", async () => {
    const { entryOf, lines } = await start({ AWS_API_GW_STAGE_NAME: "mvp" });
    const body = '{"a":"grüß"}';
    const entry = await entryOf({
      method: "POST",
      path: "/orders/7%20a?token=secret",
      headers: {
        host: "api.example.com:8080",
        "user-agent": "curl/8.7.1",
        "x-request-id": "client-0123456789",
        "content-type": "application/json",
        "content-length": String(Buffer.byteLength(body)),
      },
      body,
    });
    assert.match(entry.request.requestId, /^[0-9a-f-]{36}$/);
    assert.match(entry.request.requestTime, /^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
    assert.match(entry.integration.integrationLatency, MILLISECONDS);
    assert.match(entry.response.responseLatency, MILLISECONDS);
    assert.deepEqual(entry, {
      request: {
        requestId: entry.request.requestId,
        requestTime: entry.request.requestTime,
        extendedRequestId: "-",
        traceId: entry.request.requestId.replaceAll("-", ""),
        clientRequestId: "client-0123456789",
      },
      api: {
        apiId: "-",
        stage: "mvp",
        domainName: "api.example.com",
        domainPrefix: "api",
        ...release(api),
      },
      client: { sourceIp: "127.0.0.1", userAgent: "curl/8.7.1" },
      http: {
        path: "/orders/7%20a",
        routeKey: "POST /orders/{id}",
        protocol: "HTTP/1.1",
        httpMethod: "POST",
      },
      integration: {
        requestId: "-",
        integrationStatus: "-",
        integrationLatency: entry.integration.integrationLatency,
        integrationErrorMessage: "-",
      },
      error: { responseType: "-", errorMessage: "-", authorizerError: "-" },
      response: {
        status: "200",
        dataProcessed: String(14 + 8),
        responseLength: "8",
        responseLatency: entry.response.responseLatency,
      },
    });
    assert.equal(lines.length, 1);
    assert.equal(lines[0], `${JSON.stringify(entry)}\n`);
  });

  it("logs an error with the caller's message, and no internals", async () => {
    const { entryOf, lines } = await start();
    for (const [sent, status, routeKey, error] of [
      [
        { path: "/nowhere" },
        "404",
        "-",
        { responseType: "001404", errorMessage: "There is no such endpoint" },
      ],
      [
        { path: "/fail" },
        "500",
        "GET /fail",
        {
          responseType: "001500",
          errorMessage: "The error was logged; quote the request id when you report it",
        },
      ],
      [
        { method: "POST", path: "/orders/1" },
        "400",
        "POST /orders/{id}",
        { responseType: "001400", errorMessage: "The request does not match its schema: body" },
      ],
    ] as const) {
      const entry = await entryOf(sent);
      assert.equal(entry.response.status, status);
      assert.equal(entry.http.routeKey, routeKey);
      assert.deepEqual(entry.error, { ...error, authorizerError: "-" });
    }
    assert.doesNotMatch(lines.join(""), /secret/);
  });

  it("does not count bytes that were not sent", async () => {
    const { entryOf } = await start();
    const head = await entryOf({ method: "HEAD", path: "/nowhere" });
    assert.deepEqual([head.response.status, head.response.responseLength], ["404", "0"]);
    const preflight = await entryOf({
      method: "OPTIONS",
      path: "/fail",
      headers: { origin: "https://a.example.com", "access-control-request-method": "GET" },
    });
    assert.deepEqual(
      [preflight.response.status, preflight.response.responseLength, preflight.http.routeKey],
      ["204", "0", "-"],
    );
  });

  it("logs when a request arrived, not when it was answered", async (context) => {
    context.mock.timers.enable({ apis: ["Date"], now: Date.UTC(2024, 5, 7, 5, 9, 3, 999) });
    const { open, next } = await start();
    entered = Promise.withResolvers<void>();
    const line = new Promise<string>((resolve) => next.push(resolve));
    const request = open({ path: "/wait" }).on("error", () => {});
    await entered.promise;
    context.mock.timers.setTime(Date.UTC(2024, 5, 7, 5, 9, 13));
    request.destroy();
    assert.equal(JSON.parse(await line).request.requestTime, "07/Jun/2024:05:09:03 +0000");
  });

  it("has a line without a status when the caller goes before the response", async () => {
    const { open, next } = await start();
    entered = Promise.withResolvers<void>();
    const line = new Promise<string>((resolve) => next.push(resolve));
    const request = open({ path: "/wait" });
    request.on("error", () => {});
    await entered.promise;
    request.destroy();
    const entry = JSON.parse(await line);
    await gone.promise;
    assert.equal(entry.http.routeKey, "GET /wait");
    assert.deepEqual([entry.response.status, entry.response.responseLength], ["-", "0"]);
    assert.equal(entry.client.sourceIp, "127.0.0.1");
  });

  it("believes forwarded addresses only as far as proxies are trusted", async () => {
    const headers = { "x-forwarded-for": "6.6.6.6, 198.51.100.1", "x-forwarded-host": "evil.example.com" };
    const direct = await (await start()).entryOf({
      path: "/nowhere",
      headers: { ...headers, host: "a.example.com" },
    });
    assert.deepEqual([direct.client.sourceIp, direct.api.domainName], ["127.0.0.1", "a.example.com"]);
    const behind = await (await start({ TRUSTED_PROXY_HOPS: "1" })).entryOf({
      path: "/nowhere",
      headers: { ...headers, host: "a.example.com:8443" },
    });
    assert.deepEqual([behind.client.sourceIp, behind.api.domainName], ["198.51.100.1", "a.example.com"]);
  });

  it("writes client text on one line, and a dash for missing values", async () => {
    const { entryOf, lines } = await start();
    const forged = await entryOf({ path: "/%0A%22,%22x%22", headers: { "user-agent": '","status":"200' } });
    assert.equal(forged.client.userAgent, '","status":"200');
    assert.equal(forged.http.path, "/%0A%22,%22x%22");
    const silent = await entryOf({ path: "/nowhere" });
    assert.deepEqual([silent.client.userAgent, silent.api.stage], ["-", "-"]);
    for (const line of lines) assert.match(line, /^[^\n]+\n$/);
  });

  it("has a line for an HTTP/1.0 request without a host", async () => {
    const { next, port } = await start();
    const line = new Promise<string>((resolve) => next.push(resolve));
    const socket = connect({ host: "127.0.0.1", port });
    socket.end("GET /nowhere HTTP/1.0\r\n\r\n");
    await text(socket);
    const entry = JSON.parse(await line);
    assert.deepEqual(
      [entry.api.domainName, entry.api.domainPrefix, entry.http.protocol],
      ["-", "-", "HTTP/1.0"],
    );
  });
});
