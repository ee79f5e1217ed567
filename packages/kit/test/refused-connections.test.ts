import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { type RunningServer, type ServerSettings, startServer } from "../src/container/server.ts";
import { createLog } from "../src/log.ts";
import { securityHeaders } from "../src/request/security-headers.ts";
import { noIssuer, testConfig } from "../src/testing/test-environment.ts";
import { fixtureApi } from "./fixtures/api.ts";
import { openRaw, type RawConnection, type RawResponse, until } from "./support/raw-connection.ts";

let running: RunningServer;
let connection: RawConnection;
/** Lines of the log and of the access log, and Node's warnings. */
let logged: string[];
let access: Record<string, Record<string, string>>[];
const warnings: Error[] = [];
process.on("warning", (warning) => warnings.push(warning));

async function start(
  limits: ServerSettings["limits"] = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  logged = [];
  access = [];
  warnings.length = 0;
  running = await startServer(fixtureApi, {
    config: testConfig(fixtureApi, noIssuer, environment),
    log: createLog((line) => logged.push(line)),
    write: (line) => access.push(JSON.parse(line)),
    limits,
  });
  connection = await openRaw(running.url);
}
afterEach(async () => {
  connection.socket.destroy();
  await running.stop(0);
});

function assertRefused({ status, headers, body }: RawResponse, expected: number, code: string): void {
  const { error, message } = JSON.parse(body);
  assert.deepEqual([status, error.code, typeof message], [expected, code, "string"]);
  assert.match(error.requestId, /^[\w.:+/=-]{8,128}$/);
  assert.equal(headers["x-request-id"], error.requestId);
  assert.equal(headers["content-type"], "application/json; charset=utf-8");
  assert.equal(headers["cache-control"], "no-store");
  assert.equal(headers.connection, "close");
  for (const [name, value] of Object.entries(securityHeaders)) assert.equal(headers[name], value, name);
}

/** One line, and no other in the log. */
async function assertLogged(status: number, code: string): Promise<void> {
  await until(() => access.length > 0);
  const [entry] = access;
  assert.deepEqual([entry?.response?.status, entry?.error?.responseType], [String(status), code]);
  assert.equal(entry?.client?.sourceIp, "127.0.0.1");
  assert.equal(access.length, 1);
  assert.deepEqual(logged, []);
}

const get = (target: string, headers = "host: x\r\n") => `GET ${target} HTTP/1.1\r\n${headers}\r\n`;
const post = (headers: string, body = "") =>
  `POST /v1/auth/token HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${headers}\r\n${body}`;

describe("what cannot be a request is refused like everything else: the API's JSON, security headers, one line in the access log", () => {
  for (const [name, bytes, status, code] of [
    ["bytes that are not HTTP", "\x16\x03\x01\x02\0\r\n\r\n", 400, "001400"],
    ["a header without a colon", get("/v1/health", "host: x\r\nnonsense\r\n"), 400, "001400"],
    ["a version that does not exist", "GET / HTTP/9.9\r\nhost: x\r\n\r\n", 400, "001400"],
    ["no host", get("/v1/health", ""), 400, "001400"],
    ["two hosts", get("/v1/health", "host: a\r\nhost: b\r\n"), 400, "001400"],
    ["the same host twice", get("/v1/health", "host: a\r\nHost: a\r\n"), 400, "001400"],
    [
      "a second host after 1,500 headers",
      get("/", `host: a\r\n${"a:\r\n".repeat(1500)}host: b\r\n`),
      400,
      "001400",
    ],
    ["an invalid host", get("/v1/health", "host: a b/c\r\n"), 400, "001400"],
    ["a fragment", get("/v1/health#x"), 400, "001400"],
    ["a target that is not a path", get("health"), 400, "001400"],
    ["bytes in the path that are not ASCII", get("/v1/h\u00c3\u00a4lth"), 400, "001400"],
    ["credentials in the target", get("http://a:b@example.com/v1/health"), 400, "001400"],
    ["an invalid URL", get("http://[::1/v1/health"), 400, "001400"],
    ["the whole server", "OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n", 400, "001400"],
    ["CONNECT", "CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n", 400, "001400"],
    ["two lengths", post("content-length: 1\r\ncontent-length: 2\r\n", "ab"), 400, "001400"],
    [
      "a length and chunks, as in request smuggling",
      post("content-length: 1\r\ntransfer-encoding: chunked\r\n", "0\r\n\r\n"),
      400,
      "001400",
    ],
    ["a chunk without a size", post("transfer-encoding: chunked\r\n", "x\r\n"), 400, "001400"],
    [
      "chunk extensions that are too long",
      post("transfer-encoding: chunked\r\n", `2;${"a".repeat(20_000)}\r\n{}\r\n0\r\n\r\n`),
      413,
      "001413",
    ],
    [
      "headers that are too long",
      get("/v1/health", `host: x\r\na: ${"a".repeat(11_000)}\r\n`),
      431,
      "001431",
    ],
    ["a path that is too long", get(`/${"a".repeat(11_000)}`), 431, "001431"],
  ] as const) {
    it(`${name}: ${status}`, async () => {
      await start();
      connection.socket.write(bytes, "latin1");
      assertRefused(await connection.next(), status, code);
      connection.socket.end();
      assert.deepEqual(await connection.rest(), []);
      await assertLogged(status, code);
      assert.deepEqual(warnings, []);
    });
  }

  it("headers that never end: 408", async () => {
    await start({ headersTimeout: 20, connectionsCheckingInterval: 5 });
    connection.socket.write("GET /v1/health HTTP/1.1\r\nhost: x\r\n");
    assertRefused(await connection.next(), 408, "001408");
    connection.socket.end();
    await assertLogged(408, "001408");
  });

  it("a connection without any request is closed without a response or a log line", async () => {
    await start({ headersTimeout: 20, connectionsCheckingInterval: 5 });
    assert.deepEqual(await connection.rest(), []);
    assert.deepEqual([access, logged], [[], []]);
  });

  it("a caller who leaves in the middle of a request has a log line, and is not an error of the API", async () => {
    await start();
    connection.socket.write(post("content-length: 10\r\n", "{"));
    connection.socket.end();
    await until(() => access.length > 0);
    assert.equal(access.length, 1);
    assert.deepEqual(logged, []);
  });

  it("comes after the pending responses on the same connection", async () => {
    await start();
    connection.socket.write(`${get("/v1/me")}${get("/v1/health")}nonsense\r\n\r\n`);
    assert.equal((await connection.next()).status, 401);
    assert.equal((await connection.next()).status, 200);
    assertRefused(await connection.next(), 400, "001400");
    connection.socket.end();
    assert.deepEqual(await connection.rest(), []);
    await until(() => access.length === 3);
    assert.deepEqual(
      access.map(({ response }) => response?.status),
      ["401", "200", "400"],
    );
  });
});

describe("a refusal where origins are listed", () => {
  for (const [status, bytes] of [
    [400, get("/v1/health", "host: a\r\nhost: b\r\n")],
    [400, "nonsense\r\n\r\n"],
    [431, get("/v1/health", `host: x\r\na: ${"a".repeat(11_000)}\r\n`)],
    [408, "GET /v1/health HTTP/1.1\r\nhost: x\r\n"],
  ] as const) {
    it(`varies by origin, as every response does: ${status} for ${JSON.stringify(bytes.slice(0, 40))}`, async () => {
      const limits = status === 408 ? { headersTimeout: 20, connectionsCheckingInterval: 5 } : {};
      await start(limits, { CORS_ALLOW_ORIGINS: "https://app.example.com" });
      connection.socket.write(bytes);
      const { status: answered, headers } = await connection.next();
      assert.deepEqual([answered, headers.vary], [status, "origin"]);
    });
  }
});

/** The local gateway's tests have the same table. */
describe("the host of a request (RFC 9110, section 7.2; RFC 3986, section 3.2.2)", () => {
  for (const [host, isValid] of [
    ["api.example.com", true],
    ["api.example.com:8080", true],
    ["api.example.com:", true],
    ["under_score.example.com", true],
    ["192.0.2.1:80", true],
    ["[2001:db8::1]", true],
    ["[::ffff:192.0.2.1]:8080", true],
    ["caf%C3%A9.example.com", true],
    [":80", false],
    [":", false],
    ["a:b", false],
    ["a:80:80", false],
    ["a:65536", false],
    ["a:-1", false],
    ["a,b", false],
    ["a b", false],
    ["a/b", false],
    ["a?b", false],
    ["a\\b", false],
    ["u@a", false],
    ["<a>", false],
    ['"a"', false],
    ["%", false],
    ["%zz", false],
    ["caf\xe9.example.com", false],
    ["::1", false],
    ["[::1", false],
    ["::1]", false],
    ["[]", false],
    ["[:::]", false],
    ["[1.2.3.4]", false],
    ["[::1]a", false],
    ["[fe80::1%25eth0]", false],
    ["[v1.a]", false],
  ] as const) {
    it(`${JSON.stringify(host)} is ${isValid ? "accepted" : "refused with 400, as a header and in the target"}`, async () => {
      await start();
      connection.socket.write(get("/v1/health", `host: ${host}\r\n`), "latin1");
      assert.equal((await connection.next()).status, isValid ? 200 : 400);
      // These are read as the beginning of a path in the target.
      if (isValid || /[ /?]/.test(host)) return;
      connection.socket.destroy();
      connection = await openRaw(running.url);
      connection.socket.write(get(`http://${host}/v1/health`), "latin1");
      assert.equal((await connection.next()).status, 400);
    });
  }
});

describe("unusual but valid requests", () => {
  for (const [name, bytes, status] of [
    ["a host with a port", get("/v1/health", "host: example.com:8080\r\n"), 200],
    ["an IPv6 host", get("/v1/health", "host: [::1]:8080\r\n"), 200],
    ["an empty host", get("/v1/health", "host:\r\n"), 200],
    ["HTTP/1.0 without a host", "GET /v1/health HTTP/1.0\r\nconnection: keep-alive\r\n\r\n", 200],
    ["a whole URL", get("http://api.example.com/v1/health"), 200],
    ["an absolute URL with a port and a query", get("HTTP://api.example.com:80/v1/health?a=b"), 200],
    ["an absolute URL without a path", get("http://api.example.com"), 404],
    [
      "an upgrade, which is declined",
      get("/v1/health", "host: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n"),
      200,
    ],
    ["1,500 headers", get("/v1/health", `host: a\r\n${"a:\r\n".repeat(1500)}`), 200],
  ] as const) {
    it(`${name}: ${status}, without a warning from Node`, async () => {
      await start();
      connection.socket.write(bytes, "latin1");
      assert.equal((await connection.next()).status, status);
      assert.deepEqual([warnings, logged], [[], []]);
    });
  }
});
