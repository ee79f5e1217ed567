// Whatever bytes a client sends, it gets an answer like the gateway's, and the gateway keeps running.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { createGateway, runInProcess } from "../src/index.ts";
import { exchangeBytes, readToEnd } from "./support/raw-http.ts";
import { describeApi, startGateway } from "./support/start-gateway.ts";

const refused: [title: string, bytes: string, status: number][] = [
  ["rubbish", "rubbish\r\n\r\n", 400],
  ["binary rubbish", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400],
  ["a bare LF in the headers", "GET / HTTP/1.1\nhost: x\n\n", 400],
  ["a header without a colon", "GET / HTTP/1.1\r\nhost: x\r\nbroken\r\n\r\n", 400],
  ["a space before a colon", "GET / HTTP/1.1\r\nhost : x\r\n\r\n", 400],
  ["an obsolete folded header", "GET / HTTP/1.1\r\nhost: x\r\na: b\r\n c\r\n\r\n", 400],
  ["NUL in a header value", "GET / HTTP/1.1\r\nhost: x\r\na: \0\r\n\r\n", 400],
  ["an unknown HTTP version", "GET / HTTP/9.9\r\nhost: x\r\n\r\n", 400],
  [
    "two content-lengths",
    "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
    400,
  ],
  [
    "content-length and transfer-encoding",
    "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    400,
  ],
  ["a bad chunk size", "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", 400],
  ["a negative content-length", "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n", 400],
  ["the same host twice", "GET / HTTP/1.1\r\nhost: a\r\nHost: a\r\nconnection: close\r\n\r\n", 400],
  [
    "two hosts beside an absolute target",
    "GET http://a/ HTTP/1.1\r\nhost: a\r\nhost: a\r\nconnection: close\r\n\r\n",
    400,
  ],
  ["an empty host", "GET / HTTP/1.1\r\nhost:\r\nconnection: close\r\n\r\n", 400],
  ["a host with a path", "GET / HTTP/1.1\r\nhost: a/b\r\nconnection: close\r\n\r\n", 400],
  ["a host with a user", "GET http://u@a/ HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", 400],
  ["a fragment in the target", "GET /v1/manage/hc#x HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", 400],
  ["a fragment after the query", "GET /?a=b#x HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", 400],
  [
    "a fragment in an absolute target",
    "GET http://x/#x HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    400,
  ],
  ["no host", "GET / HTTP/1.1\r\nconnection: close\r\n\r\n", 400],
  ["two hosts", "GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n\r\n", 400],
  ["a target that is not a path", "OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", 400],
  ["CONNECT", "CONNECT example.com:443 HTTP/1.1\r\nhost: x\r\n\r\n", 400],
  [
    "a header of 20 kB",
    `GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\na: ${"x".repeat(20_000)}\r\n\r\n`,
    431,
  ],
  ["a header of 200 kB", `GET / HTTP/1.1\r\nhost: x\r\na: ${"x".repeat(200_000)}\r\n\r\n`, 431],
];

/** RFC 9110 §7.2 and RFC 3986 §3.2.2. The kit's container has the same table. */
const hosts: [host: string, isValid: boolean][] = [
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
];

const messages: Record<number, string> = { 400: "Bad Request", 431: "Request Header Fields Too Large" };

/** A raw socket without an answer fails its test instead of holding up all others. */
const bounded = { timeout: 10_000 };

describe("malformed HTTP", () => {
  for (const [title, bytes, status] of refused) {
    it(`${title} is a ${status}, with one line in the log and nothing else`, bounded, async (t) => {
      const warnings: Error[] = [];
      const onWarning = (warning: Error) => warnings.push(warning);
      process.on("warning", onWarning);
      t.after(() => process.off("warning", onWarning));
      const logged = t.mock.method(console, "error", () => {});
      const gateway = await startGateway(t);
      const answer = await exchangeBytes(gateway.port, Buffer.from(bytes, "latin1"));
      assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `));
      assert.match(answer, /content-type: application\/json\r\n/i);
      assert.ok(answer.endsWith(JSON.stringify({ message: messages[status] })), answer.slice(-200));
      assert.equal(gateway.events.length, 0);
      const requestId = /apigw-requestid: (\S+)/i.exec(answer)?.[1];
      const line = new RegExp(
        `^REFUSED ${status} ${messages[status]} to 127\\.0\\.0\\.1, ${requestId}: [\\w ,-]+$`,
      );
      assert.equal(gateway.logLines.length, 1, gateway.logLines.join("\n"));
      assert.match(gateway.logLines[0] ?? "", line);
      assert.equal((await gateway.send()).status, 200);
      assert.deepEqual([warnings, logged.mock.callCount()], [[], 0]);
    });
  }

  for (const [host, isValid] of hosts) {
    it(
      `the host ${JSON.stringify(host)} is ${isValid ? "accepted" : "a 400, as a header and in the target"}`,
      bounded,
      async (t) => {
        const gateway = await startGateway(t);
        const fields = `host: ${host}\r\nconnection: close\r\n\r\n`;
        const requests = [`GET / HTTP/1.1\r\n${fields}`];
        if (!isValid) requests.push(`GET http://${host}/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
        // These are read as the beginning of a path in the target.
        const isPath = /[ /?]/.test(host);
        for (const bytes of isPath ? requests.slice(0, 1) : requests)
          assert.equal(
            /^HTTP\/1.1 400 /.test(await exchangeBytes(gateway.port, Buffer.from(bytes, "latin1"))),
            !isValid,
            bytes,
          );
      },
    );
  }

  const accepted: [title: string, bytes: string][] = [
    ["HTTP/1.0", "GET /x HTTP/1.0\r\nhost: x\r\n\r\n"],
    ["an absolute target", "GET http://x/x HTTP/1.1\r\nhost: y\r\nconnection: close\r\n\r\n"],
    [
      "an offer to upgrade",
      "GET /x HTTP/1.1\r\nhost: x\r\nconnection: upgrade, close\r\nupgrade: h2c\r\n\r\n",
    ],
    ["a method that routes cannot have", "PROPFIND /x HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"],
  ];
  for (const [title, bytes] of accepted) {
    it(`${title} is an ordinary request`, bounded, async (t) => {
      const gateway = await startGateway(t);
      assert.match(await exchangeBytes(gateway.port, bytes), /^HTTP\/1.1 200 /);
      assert.deepEqual(
        [gateway.events[0]?.rawPath, gateway.events[0]?.requestContext.domainName],
        ["/x", "x"],
      );
    });
  }

  it("pipelined requests are answered in order", bounded, async (t) => {
    const gateway = await startGateway(t, { handler: ({ rawPath }) => ({ statusCode: 200, body: rawPath }) });
    const bytes =
      "GET /first HTTP/1.1\r\nhost: x\r\n\r\n" +
      "GET /second HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    const answer = await exchangeBytes(gateway.port, bytes);
    assert.ok(answer.indexOf("/first") > 0 && answer.indexOf("/first") < answer.indexOf("/second"));
  });

  it("a pending response comes before the refusal of what follows it", bounded, async (t) => {
    const arrived = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const handler = async () => {
      arrived.resolve();
      await goOn.promise;
      return { statusCode: 200, body: "due" };
    };
    const gateway = await startGateway(t, { handler });
    const answer = exchangeBytes(gateway.port, "GET / HTTP/1.1\r\nhost: x\r\n\r\nrubbish\r\n\r\n");
    await arrived.promise;
    goOn.resolve();
    const [first = "", second = ""] = (await answer).split(/(?=HTTP\/1\.1 400 )/);
    assert.match(first, /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\ndue$/);
    assert.ok(second.endsWith('{"message":"Bad Request"}'), second);
    assert.equal(gateway.logLines.length, 1);
  });

  it(
    "a connection with more than 16 requests without a response is closed, with one line",
    bounded,
    async (t) => {
      const arrived = Promise.withResolvers<void>();
      let started = 0;
      const goOn = Promise.withResolvers<void>();
      const handler = async () => {
        started += 1;
        if (started === 16) arrived.resolve();
        await goOn.promise;
        return {};
      };
      const gateway = await startGateway(t, { handler });
      const socket = connect(gateway.port, "127.0.0.1");
      const ended = readToEnd(socket);
      const request = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
      socket.write(request.repeat(16));
      await arrived.promise;
      socket.write(request.repeat(100));
      assert.equal(await ended, "");
      assert.deepEqual(gateway.logLines, [
        "CLOSED a connection of 127.0.0.1: more than 16 requests without a response",
      ]);
      assert.equal(started, 16);
      goOn.resolve();
      assert.equal((await gateway.send()).status, 200);
    },
  );

  it("headers that never end are a 408", bounded, async (t) => {
    const gateway = await startGateway(t, { headersTimeoutMilliseconds: 20, requestTimeoutMilliseconds: 40 });
    const answer = await exchangeBytes(gateway.port, "GET / HTTP/1.1\r\nhost: x\r\n");
    assert.match(answer, /^HTTP\/1.1 408 /);
    assert.ok(answer.endsWith('{"message":"Request Timeout"}'));
    assert.match(
      gateway.logLines.join("\n"),
      /^REFUSED 408 Request Timeout to 127\.0\.0\.1, \S+: ERR_HTTP_REQUEST_TIMEOUT$/,
    );
  });

  it("a body that never ends is a 408", bounded, async (t) => {
    const gateway = await startGateway(t, { headersTimeoutMilliseconds: 20, requestTimeoutMilliseconds: 40 });
    const answer = await exchangeBytes(
      gateway.port,
      "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc",
    );
    assert.match(answer, /^HTTP\/1.1 408 /);
    assert.equal(gateway.events.length, 0);
  });

  it("a client that half-closes after its request still gets its response", bounded, async (t) => {
    const gateway = await startGateway(t);
    const socket = connect({ port: gateway.port, host: "127.0.0.1", allowHalfOpen: true });
    socket.end("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    socket.on("end", () => socket.destroy());
    assert.match(await readToEnd(socket), /^HTTP\/1.1 200 /);
  });

  it("a client that leaves in the middle of its body is not passed on", bounded, async (t) => {
    const gateway = await startGateway(t);
    const socket = connect(gateway.port, "127.0.0.1");
    socket.end("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc");
    await readToEnd(socket);
    assert.equal((await gateway.send()).status, 200);
    assert.equal(gateway.events.length, 1);
  });

  it("a client that leaves before its response does not affect the next one", bounded, async (t) => {
    const arrived = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const handler = async ({ rawPath }: { rawPath: string }) => {
      if (rawPath !== "/slow") return {};
      arrived.resolve();
      await goOn.promise;
      return {};
    };
    const gateway = await startGateway(t, { handler });
    const socket = connect(gateway.port, "127.0.0.1");
    socket.write("GET /slow HTTP/1.1\r\nhost: x\r\n\r\n");
    await arrived.promise;
    socket.resetAndDestroy();
    goOn.resolve();
    assert.equal((await gateway.send()).status, 200);
  });
});

describe("closing", () => {
  it("waits for responses in flight and refuses new connections", bounded, async (t) => {
    const arrived = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const handler = async () => {
      arrived.resolve();
      await goOn.promise;
      return { statusCode: 200, body: "in time" };
    };
    const gateway = await startGateway(t, { handler });
    const underWay = gateway.send();
    await arrived.promise;
    const closed = gateway.close();
    goOn.resolve();
    assert.equal((await underWay).text, "in time");
    await closed;
    await assert.rejects(gateway.send(), { code: "ECONNREFUSED" });
  });

  it("sends the rest of a response that its caller reads slowly", bounded, async (t) => {
    const body = "x".repeat(6_000_000);
    const gateway = await startGateway(t, { handler: async () => ({ statusCode: 200, body }) });
    const socket = connect(gateway.port, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    await once(socket, "readable");
    const closed = gateway.close();
    const answer = await readToEnd(socket);
    assert.ok(answer.length > body.length, `${answer.length} bytes`);
    await closed;
  });

  it("does not wait for an incomplete request, nor for an idle connection", {
    timeout: 5_000,
  }, async (t) => {
    const gateway = await startGateway(t);
    const idle = connect(gateway.port, "127.0.0.1");
    idle.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    await once(idle, "data");
    const incomplete = connect(gateway.port, "127.0.0.1");
    incomplete.write("POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 10\r\n\r\nabc");
    // "100 Continue" shows that the gateway has begun to read.
    await once(incomplete, "data");
    const ended = Promise.all([readToEnd(idle), readToEnd(incomplete)]);
    await gateway.close();
    await ended;
  });
});

describe("closing during pipelined requests", () => {
  it("does not wait for responses to a client that has left", bounded, async (t) => {
    const arrived = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    let started = 0;
    const handler = async () => {
      started += 1;
      if (started === 2) arrived.resolve();
      await goOn.promise;
      return {};
    };
    const gateway = await startGateway(t, { handler });
    const socket = connect(gateway.port, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n".repeat(2));
    await arrived.promise;
    socket.destroy();
    goOn.resolve();
    await gateway.close();
  });
});

describe("mistakes of the gateway's owner", () => {
  it("an inspector that throws costs one request its response, and no other", bounded, async (t) => {
    const log = t.mock.method(console, "error", () => {});
    let isBroken = true;
    const gateway = await startGateway(t, {
      inspector: {
        record() {
          if (isBroken) throw new Error("asked to break");
        },
      },
    });
    await gateway.send().catch(() => {});
    isBroken = false;
    assert.equal((await gateway.send()).status, 200);
    assert.equal(log.mock.callCount(), 1);
  });

  it("a port in use makes listen reject", bounded, async (t) => {
    const gateway = await startGateway(t);
    const second = createGateway({ api: describeApi(), function: runInProcess(() => ({})) });
    await assert.rejects(second.listen(gateway.port), { code: "EADDRINUSE" });
  });
});
