import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import http, {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { after, before, describe, it, mock } from "node:test";
import { promisify } from "node:util";
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import express from "express";
import {
  type EventOptions,
  lambdaContext,
  payloadEvent,
  type RequestToSend,
} from "../testing/payload-event.ts";
import {
  type ApiGatewayRequest,
  createEventAdapter,
  type HttpResult,
  MAX_RESULT_BYTES,
} from "./event-adapter.ts";

const GET = { method: "GET", path: "/" };

function answer(
  listener: RequestListener,
  request: RequestToSend = GET,
  options: EventOptions = { stage: "$default" },
): Promise<HttpResult> {
  return createEventAdapter(listener)(payloadEvent(request, options), lambdaContext());
}

function bytesOf({ body, isBase64Encoded }: HttpResult): Buffer {
  return Buffer.from(body, isBase64Encoded ? "base64" : "utf8");
}

const sendUrl: RequestListener = (request, response) => {
  response.setHeader("content-type", "text/plain").end(request.url);
};

/** A listener that answers with what it sees of a request, as JSON. */
function tell(see: (request: IncomingMessage) => unknown): RequestListener {
  return (request, response) => {
    response.setHeader("content-type", "application/json").end(JSON.stringify(see(request) ?? "undefined"));
  };
}

async function seen(
  see: (request: IncomingMessage) => unknown,
  request: RequestToSend = GET,
  options?: EventOptions,
): Promise<unknown> {
  return JSON.parse((await answer(tell(see), request, options)).body);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const text = { "content-type": "text/plain; charset=utf-8" };
const posting = (body: string | Buffer, contentType: string): RequestToSend => ({
  method: "POST",
  path: "/",
  headers: { "content-type": contentType, "content-length": String(Buffer.byteLength(body)) },
  body,
});

/** Bytes that are not UTF-8, and contain CRLF pairs. */
const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0xff, 0xfe, 0xc3, 0x28]);

function app(build: (app: express.Express) => void): RequestListener {
  const made = express();
  made.set("env", "production");
  build(made);
  return made;
}

interface Case {
  readonly name: string;
  readonly request?: RequestToSend;
  readonly listener: RequestListener;
}

const sends = (
  contentType: string | undefined,
  body: string | Buffer,
  encoding?: string,
): RequestListener => {
  return (_request, response) => {
    if (contentType) response.setHeader("content-type", contentType);
    if (encoding) response.setHeader("content-encoding", encoding);
    response.end(body);
  };
};

/** A real server and the adapter answer each case; both answers must be equal. */
const cases: Record<string, readonly Case[]> = {
  "what is sent": [
    { name: "a text", listener: sends("text/plain; charset=utf-8", "grüß dich") },
    { name: "nothing", listener: (_request, response) => response.end() },
    {
      name: "JSON",
      listener: app((it) => it.get("/", (_request, response) => void response.json({ a: "ß" }))),
    },
    { name: "a body without a type", listener: sends(undefined, "text") },
    { name: "an uint8array", listener: (_request, response) => response.end(new Uint8Array([1, 2, 255])) },
    { name: "a png", listener: sends("image/png", bytes) },
    { name: "a pdf", listener: sends("application/pdf", bytes) },
    { name: "a zip", listener: sends("application/zip", bytes) },
    { name: "a font", listener: sends("font/woff2", bytes) },
    { name: "an svg", listener: sends("image/svg+xml", "<svg>ß</svg>") },
    { name: "gzip", listener: sends("application/json", gzipSync('{"a":1}'), "gzip") },
    { name: "brotli", listener: sends("text/html", brotliCompressSync("<p>ß"), "br") },
    { name: "zstd", listener: sends("application/json", zstdCompressSync('{"a":1}'), "zstd") },
    { name: "bytes labelled as text", listener: sends("text/plain", bytes) },
    { name: "bytes labelled as JSON in UTF-8", listener: sends("application/json; charset=utf-8", bytes) },
    {
      name: "a text in latin1",
      listener: sends("text/plain; charset=iso-8859-1", Buffer.from("é", "latin1")),
    },
    { name: "a text with a byte order mark", listener: sends("text/csv", "\uFEFFa;b\r\n1;2\r\n") },
    { name: "a text with null characters", listener: sends("text/plain", "a\0b") },
  ],
  "how it is sent": [
    {
      name: "from one buffer, again and again",
      listener: (_request, response) => {
        const buffer = Buffer.alloc(3);
        const writeNext = (letters: string) => {
          buffer.fill(letters.charAt(0));
          response.write(buffer, () => (letters.length > 1 ? writeNext(letters.slice(1)) : response.end()));
        };
        writeNext("abc");
      },
    },
    {
      name: "to a web stream",
      listener: async (_request, response) => {
        const writer = Writable.toWeb(response).getWriter();
        await writer.write(Buffer.from("text"));
        await writer.close();
      },
    },
    {
      name: "by a middleware that wraps setHeader and does not return its result",
      listener: (_request, response) => {
        const { setHeader } = response;
        response.setHeader = ((name: string, value: string) => {
          setHeader.call(response, name, value);
        }) as typeof setHeader;
        response.writeHead(200, ["content-type", "text/plain"]).end("text");
      },
    },
    {
      name: "after an invalid status was refused, with its headers",
      listener: (_request, response) => {
        assert.throws(() => response.writeHead(99, { "x-secret": "1" }), {
          code: "ERR_HTTP_INVALID_STATUS_CODE",
        });
        response.end(String(response.getHeader("x-secret")));
      },
    },
    {
      name: "in pieces of every encoding",
      listener: (_request, response) => {
        response.write("c3bc", "hex");
        response.write("w7w=", "base64");
        response.write("\u00fc", "latin1");
        response.write("\u00fc", "utf16le");
        response.write("\u00fc");
        response.end("fc", "hex");
      },
    },
    {
      name: "with callbacks",
      listener: (_request, response) => {
        response.write("a", () => response.write("b", "utf8", () => response.end("c", () => {})));
      },
    },
    {
      name: "chunked by its own header, with line breaks in the payload",
      listener: (_request, response) => {
        response.writeHead(200, { ...text, "transfer-encoding": "chunked" });
        response.write("5\r\nhello\r\n");
        response.end("0\r\n\r\n");
      },
    },
    {
      name: "chunked by setHeader",
      listener: (_request, response) => {
        response.setHeader("Transfer-Encoding", "chunked");
        response.end("a\r\nb");
      },
    },
    {
      name: "chunked by appendHeader",
      listener: (_request, response) => {
        response.appendHeader("transfer-encoding", "chunked");
        response.end("a\r\nb");
      },
    },
    {
      name: "with trailers",
      listener: (_request, response) => {
        response.setHeader("trailer", "x-checksum");
        response.write("a");
        response.addTrailers({ "x-checksum": "1" });
        response.end("b");
      },
    },
    {
      name: "after interim answers",
      listener: (_request, response) => {
        response.writeContinue(() => {
          response.writeProcessing(() => {
            response.writeEarlyHints({ link: "</style.css>; rel=preload; as=style" }, () => {
              response.end("the body");
            });
          });
        });
      },
    },
    {
      name: "after an interim answer that has no method of its own",
      listener: (_request, response) => {
        response.writeInformation(110, { "x-a": "1" }, () => response.end("the body"));
      },
    },
    {
      name: "with time-outs that do not expire",
      listener: (request, response) => {
        request.setTimeout(60_000, () => response.destroy());
        response.setTimeout(60_000, () => response.destroy());
        request.socket.setTimeout(60_000).setKeepAlive(true).setNoDelay(true);
        response.socket?.setTimeout(0);
        response.end("in time");
      },
    },
    {
      name: "from a stream",
      listener: (_request, response) => void Readable.from(["a", "b", bytes]).pipe(response),
    },
    {
      name: "from a pipeline",
      listener: (_request, response) => void pipeline(Readable.from([bytes, bytes]), response),
    },
    {
      name: "in many pieces, waiting for the buffer to drain",
      listener: async (_request, response) => {
        const piece = Buffer.alloc(64 * 1024, "x\r\n");
        for (let index = 0; index < 16; index++) if (!response.write(piece)) await once(response, "drain");
        response.end();
      },
    },
    {
      name: "corked",
      listener: (_request, response) => {
        response.cork();
        response.write("a");
        response.write("b");
        response.uncork();
        response.end("c");
      },
    },
    {
      name: "long after the headers",
      listener: (_request, response) => {
        response.writeHead(202, text).flushHeaders();
        setImmediate(() => response.end("done"));
      },
    },
    {
      name: "with headers that come too late",
      listener: (_request, response) => {
        response.write("a");
        try {
          response.setHeader("x-late", "1");
        } catch (error) {
          response.end((error as NodeJS.ErrnoException).code);
        }
      },
    },
    {
      name: "with invalid headers",
      listener: (_request, response) => {
        try {
          response.setHeader("x-split", "a\r\nset-cookie: b=c");
        } catch (error) {
          response.end((error as NodeJS.ErrnoException).code);
        }
      },
    },
    {
      name: "twice by Express",
      listener: app((it) =>
        it.get("/", (_request, response) => {
          response.send("first");
          response.send("second");
        }),
      ),
    },
  ],
  "status and headers": [
    {
      name: "an error status",
      listener: (_request, response) => response.writeHead(418).end("short and stout"),
    },
    {
      name: "a reason phrase",
      listener: (_request, response) => response.writeHead(200, "Fine", text).end("a"),
    },
    {
      name: "numbers and lists as values",
      listener: (_request, response) => {
        response.setHeader("x-number", 42).setHeader("x-list", ["a", "b"]).setHeader("X-Upper", "C");
        response.writeHead(200, { "x-other": 7, "x-more": ["origin", "accept"] }).end();
      },
    },
    {
      name: "writeHead over setHeader",
      listener: (_request, response) => {
        response.setHeader("x-a", "1").setHeader("x-b", "2");
        response.writeHead(200, { "x-b": "3" }).end();
      },
    },
    {
      name: "a flat list in writeHead",
      listener: (_request, response) => {
        response.writeHead(200, ["set-cookie", "a=1", "set-cookie", "b=2", "x-a", "1"]).end();
      },
    },
    {
      name: "pairs in writeHead",
      listener: (_request, response) => {
        const pairs = [
          ["x-a", "1"],
          ["set-cookie", ["a=1", "b=2"]],
        ];
        response.writeHead(200, pairs as unknown as string[]).end();
      },
    },
    {
      name: "a Headers object",
      listener: (_request, response) => {
        response.setHeaders(new Headers({ "x-a": "1", "content-type": "text/css" })).end("a{}");
      },
    },
    {
      name: "a header that is removed",
      listener: (_request, response) => {
        response.setHeader("x-a", "1").setHeader("x-b", "2").removeHeader("x-a");
        response.end(JSON.stringify([response.getHeaderNames(), response.hasHeader("x-a")]));
      },
    },
    {
      name: "HEAD",
      request: { method: "HEAD", path: "/" },
      listener: app((it) => it.get("/", (_request, response) => void response.send("a body that stays"))),
    },
    {
      name: "204 with a body",
      listener: (_request, response) => response.writeHead(204).end("nothing"),
    },
    {
      name: "304 with a body",
      listener: (_request, response) => response.writeHead(304, { etag: '"1"' }).end("nothing"),
    },
    { name: "one cookie", listener: (_request, response) => response.setHeader("set-cookie", "a=1").end() },
    {
      name: "a list of one cookie",
      listener: (_request, response) => response.setHeader("set-cookie", ["a=1"]).end(),
    },
    {
      name: "two cookies",
      listener: app((it) =>
        it.get("/", (_request, response) => {
          response.cookie("a", "1", { httpOnly: true }).cookie("b", "2, 3", { path: "/x" }).end();
        }),
      ),
    },
    {
      name: "a cookie that is appended",
      listener: (_request, response) =>
        response.appendHeader("set-cookie", "a=1").appendHeader("set-cookie", "b=2").end(),
    },
    {
      name: "a redirect",
      listener: app((it) => it.get("/", (_request, response) => void response.redirect("/there?a=ü"))),
    },
  ],
  "what middleware does to a response": [
    {
      name: "a nested app writes",
      listener: app((it) => {
        const nested = app((inner) =>
          inner.get("/", (_request, response) => {
            response.type("text").write("first ");
            response.end("second");
          }),
        ) as express.Express;
        it.use(nested, (_request, response) => response.end("the outer app"));
      }),
    },
    {
      name: "a nested app passes on",
      listener: app((it) => {
        const nested = app((inner) =>
          inner.use((_request, response, next) => {
            response.write("a");
            next();
          }),
        );
        it.use(nested as express.Express, (_request, response) => response.end("b"));
      }),
    },
    {
      name: "a status that is changed after the head was sent",
      listener: (_request, response) => {
        response.writeHead(201, text);
        response.statusCode = 500;
        response.end("made");
      },
    },
    {
      name: "a header that was passed to writeHead alone",
      listener: (_request, response) => {
        response.writeHead(200, { "x-a": "1" });
        response.end(String(response.getHeader("x-a")));
      },
    },
    {
      name: "status and headers that are changed while the head is written",
      listener: (_request, response) => {
        const { writeHead } = response;
        response.writeHead = ((status: number) => {
          response.setHeader("x-late", String(status));
          return writeHead.call(response, 202);
        }) as typeof writeHead;
        response.end("a");
      },
    },
    {
      name: "half of a character in each of two writes",
      listener: (_request, response) => {
        response.writeHead(200, text).write("\ud83d");
        response.end("\ude00");
      },
    },
    {
      name: "half of a character",
      listener: (_request, response) => response.writeHead(200, text).end("a\ud83d"),
    },
    {
      name: "`finish`, when everything has certainly ended",
      listener: (_request, response) => {
        response.on("finish", () => assert.equal(response.writableEnded && response.writableFinished, true));
        response.end("a");
      },
    },
  ],
  "errors that Express catches": [
    { name: "no route", listener: app(() => {}) },
    {
      name: "a handler that throws",
      listener: app((it) =>
        it.get("/", () => {
          throw new Error("secret");
        }),
      ),
    },
    {
      name: "a handler that rejects",
      listener: app((it) => it.get("/", async () => Promise.reject(new Error("secret")))),
    },
    {
      name: "no route for a request with a body",
      request: posting("a", "text/plain"),
      listener: app(() => {}),
    },
    {
      name: "a body that is too large",
      request: posting('{"a":"too long"}', "application/json"),
      listener: app((it) => it.use(express.json({ limit: 5 }))),
    },
    {
      name: "a body that is malformed",
      request: posting("{", "application/json"),
      listener: app((it) => it.use(express.json())),
    },
  ],
  "a connection that the listener destroys": [
    { name: "by the response", listener: (_request, response) => void response.destroy() },
    {
      name: "by the response, with an error",
      listener: (_request, response) => void response.destroy(new Error("x")),
    },
    {
      name: "by the response, later",
      listener: (_request, response) => void setImmediate(() => response.destroy()),
    },
    { name: "by the request", listener: (request) => void request.destroy() },
    { name: "by the request, with an error", listener: (request) => void request.destroy(new Error("x")) },
    { name: "by the request, later", listener: (request) => void setImmediate(() => request.destroy()) },
    { name: "by the request's socket", listener: (request) => void request.socket.destroy() },
    { name: "by the response's socket", listener: (_request, response) => void response.socket?.destroy() },
    {
      name: "and then answers",
      listener: (_request, response) => {
        response.destroy();
        response.end("too late");
      },
    },
    {
      name: "in the middle of the body",
      listener: (_request, response) => {
        response.writeHead(200, { ...text, "content-length": 10 });
        response.write("half", () => response.destroy());
      },
    },
    {
      name: "by a pipeline that fails midway",
      listener: (_request, response) => {
        const source = Readable.from(
          (async function* () {
            yield "half";
            throw new Error("the source is gone");
          })(),
        );
        response.setHeader("content-length", 10);
        pipeline(source, response).catch(() => {});
      },
    },
    {
      name: "before the body is read",
      request: posting("a body", "text/plain"),
      listener: (request) => void request.destroy(),
    },
  ],
  "what is received": [
    {
      name: "a body in pieces",
      request: posting("grüß dich", "text/plain; charset=utf-8"),
      listener: async (request, response) => void response.end(await readBody(request)),
    },
    {
      name: "bytes",
      request: posting(bytes, "application/octet-stream"),
      listener: async (request, response) => void response.end(await readBody(request)),
    },
    {
      name: "a body that is read long before the answer",
      request: posting("a body", "text/plain"),
      listener: async (request, response) => {
        const body = await readBody(request);
        await new Promise((resolve) => setImmediate(resolve));
        await new Promise((resolve) => setImmediate(resolve));
        response.end(`${body} ${request.readableEnded} ${response.destroyed}`);
      },
    },
    {
      name: "a body that is piped back",
      request: posting(bytes, "application/octet-stream"),
      listener: (request, response) => void request.pipe(response),
    },
    {
      name: "a body that is not read",
      request: posting("a body", "text/plain"),
      listener: (_request, response) => response.end("no, thank you"),
    },
    {
      name: "a body that cannot be stored, with an apology",
      request: posting("a body", "text/plain"),
      listener: async (request, response) => {
        const failing = async function* () {
          yield await Promise.reject(new Error("disk full"));
        };
        await pipeline(request, failing).catch(() => {});
        response.end("sorry");
      },
    },
    {
      name: "JSON, by Express",
      request: posting('{"a":"ß"}', "application/json"),
      listener: app((it) => it.use(express.json(), (request, response) => void response.json(request.body))),
    },
    {
      name: "gzipped JSON, by Express",
      request: {
        ...posting(gzipSync('{"a":1}'), "application/vnd.api+json"),
        headers: {
          "content-type": "application/vnd.api+json",
          "content-encoding": "gzip",
          "content-length": String(gzipSync('{"a":1}').length),
        },
      },
      listener: app((it) =>
        it.use(express.json({ type: () => true }), (request, response) => void response.json(request.body)),
      ),
    },
    {
      name: "a form, by Express",
      request: posting("a=1&a=2&b=%C3%9F+x", "application/x-www-form-urlencoded"),
      listener: app((it) =>
        it.use(express.urlencoded(), (request, response) => void response.json(request.body)),
      ),
    },
    {
      name: "no body, by Express",
      listener: app((it) =>
        it.use(express.json(), express.urlencoded(), express.text(), express.raw(), (request, response) => {
          response.json(["body", String(request.body)]);
        }),
      ),
    },
    {
      name: "a path with every kind of character",
      request: { method: "GET", path: "/100%25/%C3%BC%20x/a%3Fb%23c/%25zz/%22%5B%7B/?q=a+b%2Bc&q=a,b&e=&f" },
      listener: sendUrl,
    },
    {
      name: "a path that starts with two slashes",
      request: { method: "GET", path: "//e.com/x" },
      listener: sendUrl,
    },
    {
      name: "a query that starts with a question mark",
      request: { method: "GET", path: "/??a=1" },
      listener: sendUrl,
    },
    {
      name: "a query that is not form-encoded",
      request: { method: "GET", path: "/x?a%ZZ=[1]&&=;" },
      listener: sendUrl,
    },
    {
      name: "path variables and query, by Express",
      request: { method: "GET", path: "/100%25/%C3%BC?a=1,2&b=1&b=2&c=x%26y" },
      listener: app((it) =>
        it.get("/:first/:second", ({ params, query, path, originalUrl }, response) => {
          response.json({ params, query, path, originalUrl });
        }),
      ),
    },
    {
      name: "cookies",
      request: { method: "GET", path: "/", headers: { cookie: "a=1; b=2; c=x%20y" } },
      listener: tell((request) => request.headers.cookie),
    },
    {
      name: "the version of HTTP",
      listener: tell((request) => [request.httpVersion, request.httpVersionMajor, request.httpVersionMinor]),
    },
    { name: "no trailers", listener: tell((request) => [request.trailers, request.rawTrailers]) },
  ],
};

/** `undefined` for a cut connection, or all that a client can see of an answer. */
type Outcome = "cut" | { status: number; headers: object; cookies: readonly string[]; body: string };

/** Headers of one connection, or set by the side that sends the answer. */
const HOP_BY_HOP = ["connection", "keep-alive", "transfer-encoding", "trailer", "content-length", "date"];

function outcome(
  status: number,
  all: Readonly<Record<string, string | string[] | undefined>>,
  cookies: readonly string[],
  body: Buffer,
): Outcome {
  const headers = Object.entries(all).filter(([name]) => ![...HOP_BY_HOP, "set-cookie"].includes(name));
  return { status, headers: Object.fromEntries(headers.sort()), cookies, body: body.toString("latin1") };
}

describe("the adapter responds like a server", () => {
  let current: RequestListener;
  const server = createServer((request, response) => current(request, response));
  before(async () => {
    // Express prints the errors that it catches.
    mock.method(console, "error", () => {});
    await once(server.listen(0, "127.0.0.1"), "listening");
  });
  after(() => {
    mock.restoreAll();
    server.close();
  });

  async function fromServer({
    listener,
    request: { method, path, headers, body } = GET,
  }: Case): Promise<Outcome> {
    current = listener;
    const { port } = server.address() as AddressInfo;
    const request = httpRequest({ host: "127.0.0.1", port, method, path, headers, agent: false });
    request.end(body);
    try {
      const [response] = (await once(request, "response")) as [IncomingMessage];
      const received = await readBody(response);
      return outcome(
        response.statusCode ?? 0,
        response.headers,
        response.headers["set-cookie"] ?? [],
        received,
      );
    } catch {
      return "cut";
    }
  }

  async function fromAdapter({ listener, request }: Case): Promise<Outcome> {
    try {
      const result = await answer(listener, request);
      return outcome(result.statusCode, result.headers, result.cookies, bytesOf(result));
    } catch {
      return "cut";
    }
  }

  for (const [topic, group] of Object.entries(cases)) {
    describe(topic, () => {
      for (const testCase of group) {
        it(testCase.name, async () => {
          const expected = await fromServer(testCase);
          assert.deepEqual(await fromAdapter(testCase), expected);
          assert.equal(expected === "cut", topic === "a connection that the listener destroys");
        });
      }
    });
  }

  /** The events that a listener sees, and how often. */
  async function lifeOf(
    send: (testCase: Case) => Promise<Outcome>,
    request: RequestToSend,
    listener: RequestListener,
  ): Promise<string[]> {
    const events: string[] = [];
    const closed = Promise.withResolvers<unknown>();
    const watching: RequestListener = (incoming, response) => {
      for (const name of ["end", "close", "error", "aborted"]) {
        incoming.on(name, () => events.push(`request ${name}`));
      }
      for (const name of ["finish", "close", "error"]) {
        response.on(name, () => events.push(`response ${name} ${response.writableFinished}`));
      }
      closed.resolve(
        Promise.all([incoming, response].map((emitter) => new Promise((done) => emitter.on("close", done)))),
      );
      listener(incoming, response);
    };
    await Promise.all([send({ name: "life", listener: watching, request }), closed.promise]);
    // Anything that follows the close would arrive now.
    await new Promise((resolve) => setImmediate(resolve));
    return events.sort();
  }

  const done: RequestListener = (_request, response) => void response.end("done");
  const readThenDone: RequestListener = (request, response) => {
    request.resume().once("end", () => setImmediate(() => response.end("done")));
  };
  for (const [name, request, listener] of [
    ["a request without a body", GET, done],
    ["a request without a body that is read anyway", GET, readThenDone],
    ["a body that is read", posting("a body", "text/plain"), readThenDone],
    ["a body that is not read", posting("a body", "text/plain"), done],
    ["a response that is destroyed", GET, (_request, response) => void response.destroy()],
    ["a request that is destroyed", GET, (request) => void request.destroy()],
  ] as [string, RequestToSend, RequestListener][]) {
    it(`request and response end and close once: ${name}`, async () => {
      const expected = await lifeOf(fromServer, request, listener);
      assert.deepEqual(await lifeOf(fromAdapter, request, listener), expected);
      assert.equal(expected.filter((event) => event.includes("close")).length, 2);
    });
  }
});

describe("the path", () => {
  const urlFor = async (rawPath: string, stage: string) => {
    const event = { ...payloadEvent(GET, { stage }), rawPath };
    return (await createEventAdapter(sendUrl)(event, lambdaContext())).body;
  };

  for (const [rawPath, stage, url] of [
    ["/mvp/info", "mvp", "/info"],
    ["/mvp", "mvp", "/"],
    ["/mvp/", "mvp", "/"],
    ["/mvp/info/", "mvp", "/info/"],
    ["/mvp/mvp/info", "mvp", "/mvp/info"],
    ["/mvpfoo", "mvp", "/mvpfoo"],
    ["/mvpfoo/info", "mvp", "/mvpfoo/info"],
    ["/x/mvp/info", "mvp", "/x/mvp/info"],
    ["/p/mvp", "mvp", "/p/mvp"],
    ["/info", "mvp", "/info"],
    ["/MVP/info", "mvp", "/MVP/info"],
    ["/mvp/info", "$default", "/mvp/info"],
    ["/$default/info", "$default", "/$default/info"],
  ] as const) {
    it(`${rawPath} is ${url} on stage ${stage}: the stage is removed on a segment boundary only`, async () => {
      assert.equal(await urlFor(rawPath, stage), url);
    });
  }

  for (const [rawPath, segment] of [
    ["/p/100%", "100%"],
    ["/p/%zz", "%zz"],
    ["/p/%2F", "%2F"],
    ["/p/a b", "a b"],
    ["/p/ü€𝄞", "ü€𝄞"],
    ["/p/a?b", "a?b"],
    ["/p/a#b", "a#b"],
    ["/p/a\\b", "a\\b"],
    ["/p/a\nb\0", "a\nb\0"],
    ["/p/..", ".."],
    ["/p/a:b@c,d;e=f&g+h$i", "a:b@c,d;e=f&g+h$i"],
  ] as const) {
    it(`does not decode ${JSON.stringify(rawPath)} again, which the gateway has decoded`, async () => {
      const listener = app((it) =>
        it.get("/p/:x", (request, response) => void response.json([request.params.x, request.url])),
      );
      const event = { ...payloadEvent(GET, { stage: "$default" }), rawPath };
      const { statusCode, body } = await createEventAdapter(listener)(event, lambdaContext());
      assert.equal(statusCode, 200);
      const [variable, url] = JSON.parse(body);
      assert.equal(variable, segment);
      // As a real server would have received it: printable, and with a query only if there was one.
      assert.match(url, /^\/[!-~]*$/);
      assert.doesNotMatch(url, /[?#\\]/);
    });
  }

  it("keeps legal characters as they came", async () => {
    const legal = "/AZaz09-._~!$&'()*+,;=:@";
    assert.equal(await urlFor(legal, "$default"), legal);
  });

  it("ignores `requestPath`, and headers that claim another path", async () => {
    const event = {
      ...payloadEvent({
        ...GET,
        path: "/here",
        headers: { "x-original-url": "/there", "x-rewrite-url": "/there" },
      }),
      requestPath: "/there",
    };
    assert.equal((await createEventAdapter(sendUrl)(event, lambdaContext())).body, "/here");
  });
});

describe("the query", () => {
  it("comes from the raw query, in which a comma does not separate values", async () => {
    const event: APIGatewayProxyEventV2 = {
      ...payloadEvent(GET, { stage: "$default" }),
      rawQueryString: "a=1,2&b=1&b=2&c=a+b&d=a%2Bb&e=&f",
      queryStringParameters: { a: "1,2", b: "1,2", c: "a b", d: "a+b", e: "", f: "" },
    };
    const listener = app((it) =>
      it.get("/", (request, response) => void response.json([request.url, request.query])),
    );
    const { body } = await createEventAdapter(listener)(event, lambdaContext());
    assert.deepEqual(JSON.parse(body), [
      "/?a=1,2&b=1&b=2&c=a+b&d=a%2Bb&e=&f",
      { a: "1,2", b: ["1", "2"], c: "a b", d: "a+b", e: "", f: "" },
    ]);
  });

  it("adds no question mark when it is empty", async () => {
    assert.equal((await answer(sendUrl, { method: "GET", path: "/x" })).body, "/x");
  });
});

describe("the headers of the request", () => {
  it("come as the gateway sends them, also in rawHeaders", async () => {
    const request = { ...GET, headers: { "X-A": "1", accept: "a,b", authorization: "Bearer x" } };
    const see = ({ headers, rawHeaders, headersDistinct }: IncomingMessage) => ({
      headers,
      pairs: rawHeaders.length / 2,
      raw: rawHeaders[rawHeaders.indexOf("x-a") + 1],
      distinct: headersDistinct.accept,
    });
    const { headers, pairs, raw, distinct } = (await seen(see, request)) as {
      headers: Record<string, string>;
      pairs: number;
      raw: string;
      distinct: string[];
    };
    assert.equal(headers["x-a"], "1");
    assert.equal(headers.authorization, "Bearer x");
    assert.equal(pairs, Object.keys(headers).length);
    assert.equal(raw, "1");
    assert.deepEqual(distinct, ["a,b"]);
  });

  it("have the cookies joined again", async () => {
    const event = { ...payloadEvent(GET), cookies: ["a=1", "b=2"] };
    const { body } = await createEventAdapter(tell(({ headers }) => headers.cookie))(event, lambdaContext());
    assert.equal(body, '"a=1; b=2"');
    assert.equal(await seen(({ headers }) => headers.cookie), "undefined");
  });

  it("have no x-request-id that was not sent", async () => {
    assert.equal(await seen(({ headers }) => headers["x-request-id"]), "undefined");
    const request = { ...GET, headers: { "x-request-id": "mine" } };
    assert.equal(await seen(({ headers }) => headers["x-request-id"], request), "mine");
  });

  it("state the length of an empty body only for methods that give one a meaning", async () => {
    const lengthOf = (method: string) =>
      seen(({ headers }) => headers["content-length"] ?? "none", { method, path: "/" });
    for (const method of ["POST", "PUT", "PATCH"]) assert.equal(await lengthOf(method), "0", method);
    for (const method of ["GET", "DELETE", "OPTIONS"]) assert.equal(await lengthOf(method), "none", method);
  });

  it("have the body's real length, whatever the client claims", async () => {
    const see = ({ headers }: IncomingMessage) => [headers["content-length"], headers["transfer-encoding"]];
    const lie = {
      ...posting("grüß", "text/plain"),
      headers: { "content-type": "text/plain", "content-length": "3" },
    };
    assert.deepEqual(await seen(see, lie), ["6", null]);
    const chunked = { ...lie, headers: { "content-type": "text/plain", "transfer-encoding": "chunked" } };
    assert.deepEqual(await seen(see, chunked), ["6", null]);
    assert.deepEqual(await seen(see, { ...GET, headers: { "content-length": "0" } }), [null, null]);
    const parsing = app((it) =>
      it.use(express.text(), (request, response) => void response.send(request.body)),
    );
    assert.equal((await answer(parsing, lie)).body, "grüß");
  });

  it("cannot set the client's address", async () => {
    const headers = { "x-forwarded-for": "6.6.6.6, 203.0.113.7", "x-forwarded-host": "evil.example.com" };
    const listener = app((it) =>
      it.get("/", ({ ip, ips, hostname, socket }, response) => {
        response.json({ ip, ips, hostname, address: socket.remoteAddress });
      }),
    );
    assert.deepEqual(JSON.parse((await answer(listener, { ...GET, headers })).body), {
      ip: "203.0.113.7",
      ips: [],
      hostname: "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",
      address: "203.0.113.7",
    });
  });

  it("give the client's address behind as many proxies as the app trusts, in addition to the gateway", async () => {
    const ipWith = async (hops: number, forwardedFor: string) => {
      const listener = app((it) => {
        it.set("trust proxy", hops);
        it.get("/", ({ ip }, response) => void response.json(ip));
      });
      return JSON.parse(
        (await answer(listener, { ...GET, headers: { "x-forwarded-for": forwardedFor } })).body,
      );
    };
    assert.equal(await ipWith(1, "6.6.6.6,198.51.100.1,203.0.113.7"), "198.51.100.1");
    assert.equal(await ipWith(1, "203.0.113.7"), "203.0.113.7");
    assert.equal(await ipWith(2, "198.51.100.1,192.0.2.1,203.0.113.7"), "198.51.100.1");
  });
});

describe("the body of the request", () => {
  const echo: RequestListener = async (request, response) => {
    response.setHeader("content-type", "application/octet-stream").end(await readBody(request));
  };
  const withBody = (body: string | undefined, isBase64Encoded: boolean, contentType: string) => {
    const { body: _, ...event } = payloadEvent(posting("x", contentType));
    return { ...event, ...(body !== undefined && { body }), isBase64Encoded };
  };

  it("is decoded as the event says, never by its type", async () => {
    const respond = createEventAdapter(echo);
    for (const [body, isBase64Encoded, expected] of [
      ["eyJhIjoxfQ==", true, '{"a":1}'],
      ["eyJhIjoxfQ==", false, "eyJhIjoxfQ=="],
      ["ß", false, "ß"],
    ] as const) {
      for (const contentType of ["application/json", "application/octet-stream", "image/png"]) {
        const result = await respond(withBody(body, isBase64Encoded, contentType), lambdaContext());
        assert.equal(bytesOf(result).toString(), expected);
      }
    }
  });

  it("is empty when there is none: `req.body` is left to parsers, and `end` comes once", async () => {
    for (const body of [undefined, ""]) {
      const ends: string[] = [];
      const listener: RequestListener = (request, response) => {
        for (const name of ["body", "ip"]) {
          assert.equal(Object.hasOwn(request, name), false);
          assert.equal(Reflect.get(request, name), undefined);
          Reflect.set(request, name, "a parser's");
          assert.equal(Reflect.get(request, name), "a parser's");
        }
        request.on("end", () => ends.push("end")).resume();
        setImmediate(() => setImmediate(() => response.end()));
      };
      await createEventAdapter(listener)(withBody(body, false, "text/plain"), lambdaContext());
      assert.deepEqual(ends, ["end"]);
    }
  });

  it("ends once, also for a listener that responds on `end`", async () => {
    const listener: RequestListener = (request, response) => {
      request.on("end", () => response.writeHead(200).end("once")).resume();
    };
    assert.equal(bytesOf(await answer(listener)).toString(), "once");
    await new Promise((resolve) => setImmediate(resolve));
  });
});

describe("the result", () => {
  for (const contentType of [
    "text/plain",
    "text/html; charset=utf-8",
    'text/html; charset="UTF-8"',
    "application/json",
    "APPLICATION/JSON; Charset=UTF-8",
    "application/problem+json",
    "application/atom+xml",
    "application/xml",
    "application/javascript",
    "application/x-www-form-urlencoded",
    "image/svg+xml",
  ]) {
    it(`is text for ${contentType}`, async () => {
      const result = await answer(sends(contentType, "ß"));
      assert.deepEqual([result.body, result.isBase64Encoded], ["ß", false]);
    });
  }

  for (const contentType of [
    undefined,
    "image/png",
    "application/pdf",
    "application/zip",
    "font/woff2",
    "application/octet-stream",
    "multipart/form-data; boundary=x",
    "text/plain; charset=iso-8859-1",
    "application/jsonx",
    "x-text/plain",
  ]) {
    it(`is base64 for ${contentType ?? "a body without a type"}`, async () => {
      const result = await answer(sends(contentType, "ß"));
      assert.deepEqual([result.body, result.isBase64Encoded], ["w58=", true]);
    });
  }

  it("is base64 for a text with a content encoding", async () => {
    for (const encoding of ["gzip", "br", "zstd", "deflate", "x-own"]) {
      assert.equal((await answer(sends("text/plain", "a", encoding))).isBase64Encoded, true);
    }
  });

  it("is base64 for a text that is not UTF-8", async () => {
    const result = await answer(sends("text/plain", Buffer.from("é", "latin1")));
    assert.deepEqual([result.body, result.isBase64Encoded], ["6Q==", true]);
  });

  it("has strings for headers, and none about the connection or the length", async () => {
    const { headers, cookies } = await answer((_request, response) => {
      response.writeHead(200, {
        "content-length": 1,
        connection: "keep-alive",
        "keep-alive": "timeout=5",
        "transfer-encoding": "chunked",
        trailer: "x-checksum",
        date: "now",
        "x-number": 1,
        "x-list": ["a", "b"],
        "set-cookie": "a=1",
      });
      response.end("x");
    });
    assert.deepEqual(headers, { "x-number": "1", "x-list": "a, b" });
    assert.deepEqual(cookies, ["a=1"]);
  });

  it("has no body for HEAD, 204 and 304, and says so without base64", async () => {
    for (const [method, status] of [
      ["HEAD", 200],
      ["GET", 204],
      ["GET", 304],
    ] as const) {
      const result = await answer((_request, response) => response.writeHead(status).end(bytes), {
        method,
        path: "/",
      });
      assert.deepEqual([result.statusCode, result.body, result.isBase64Encoded], [status, "", false]);
    }
  });

  it("of HEAD keeps the length that GET would have; no other result has one", async () => {
    const listener = app((it) => it.get("/", (_request, response) => void response.send("four")));
    const lengthOf = async (method: string) =>
      (await answer(listener, { method, path: "/" })).headers["content-length"];
    assert.deepEqual([await lengthOf("HEAD"), await lengthOf("GET")], ["4", undefined]);
  });

  it("has an interim status if the listener sets no other", async () => {
    const { statusCode, body } = await answer((_request, response) => response.writeHead(101).end());
    assert.deepEqual([statusCode, body], [101, ""]);
  });

  it("does not abort the request's signal once the response is complete", async () => {
    const signals: AbortSignal[] = [];
    await answer((request, response) => {
      signals.push((request as IncomingMessage & { readonly signal: AbortSignal }).signal);
      response.end();
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [false],
    );
  });

  it("changes no prototype: an app that a server serves too responds in the same way", async () => {
    const own = () =>
      [http.IncomingMessage, http.ServerResponse].map(({ prototype }) => Reflect.ownKeys(prototype));
    const before = own();
    const listener = app((it) =>
      it.get("/", (_request, response) => void response.send("a")),
    ) as express.Express;
    const response = Reflect.ownKeys(listener.response);
    await answer(listener);
    assert.deepEqual([own(), Reflect.ownKeys(listener.response)], [before, response]);
  });

  it("is refused when Lambda would not accept it, measured as Lambda does", async () => {
    const fits = Buffer.alloc(Math.floor(((MAX_RESULT_BYTES - 2) / 4) * 3) - 3, 1);
    assert.equal(bytesOf(await answer(sends("image/png", fits))).length, fits.length);
    await assert.rejects(answer(sends("image/png", Buffer.alloc(fits.length + 8, 1))), { code: "002500" });
    await assert.rejects(answer(sends("text/plain", "a".repeat(MAX_RESULT_BYTES))), { code: "002500" });
    await assert.rejects(answer(sends("text/plain", '"'.repeat(MAX_RESULT_BYTES / 2))), { code: "002500" });
  });

  it("is complete when the response is destroyed after its end", async () => {
    const result = await answer((_request, response) => {
      response.end("all of it");
      response.destroy();
    });
    assert.equal(bytesOf(result).toString(), "all of it");
    const later = await answer((_request, response) => {
      response.end("all of it");
      response.once("finish", () => setImmediate(() => response.destroy(new Error("too late"))));
    });
    assert.equal(bytesOf(later).toString(), "all of it");
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  });

  it("does not wait for work that the listener left running", async () => {
    const context = lambdaContext();
    const timer = setTimeout(() => {}, 60_000);
    try {
      const event = payloadEvent(GET);
      const result = await createEventAdapter(sends("text/plain", "done"))(event, context);
      assert.equal(result.body, "done");
      assert.equal(context.callbackWaitsForEmptyEventLoop, true);
    } finally {
      clearTimeout(timer);
    }
  });
});

describe("a listener that destroys the connection", () => {
  for (const [name, cut] of [
    ["res.destroy(error)", (_request, response) => void response.destroy(new Error("the reason"))],
    ["req.destroy(error)", (request) => void request.destroy(new Error("the reason"))],
    ["socket.destroy(error)", (request) => void request.socket.destroy(new Error("the reason"))],
  ] as [string, RequestListener][]) {
    it(`makes the adapter reject with its reason: ${name}`, async () => {
      await assert.rejects(answer(cut), /the reason/);
    });
  }

  it("makes the response close, so that its listeners are called", async () => {
    const closed = Promise.withResolvers<[boolean, boolean]>();
    const listener = (request: IncomingMessage, response: ServerResponse) => {
      response.once("close", () => closed.resolve([response.writableFinished, response.destroyed]));
      request.destroy();
    };
    await assert.rejects(answer(listener), /destroyed before it was complete/);
    assert.deepEqual(await closed.promise, [false, true]);
  });

  it("is handled like one that throws", async () => {
    await assert.rejects(
      answer(() => {
        throw new Error("thrown");
      }),
      /thrown/,
    );
  });
});

describe("the event", () => {
  function deepFreeze<Value>(value: Value): Value {
    if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
    return value;
  }

  it("is not changed", async () => {
    const event = deepFreeze({ ...payloadEvent(posting("a", "text/plain")), cookies: ["a=1"] });
    const before = structuredClone(event);
    const result = await createEventAdapter(sendUrl)(event, lambdaContext());
    assert.equal(result.body, "/");
    assert.deepEqual(event, before);
  });

  it("is available for its request, before the listener sees the request", async () => {
    const event = payloadEvent(GET);
    const context = lambdaContext();
    let request: ApiGatewayRequest | undefined;
    await createEventAdapter((received, response) => {
      request = received as ApiGatewayRequest;
      response.end();
    })(event, context);
    assert.equal(request?.apiGateway?.event, event);
    assert.equal(request?.apiGateway?.context, context);
  });

  it("is kept apart from one that is answered at the same time", async () => {
    const waiting: (() => void)[] = [];
    const respond = createEventAdapter((request, response) => {
      const { event } = (request as ApiGatewayRequest).apiGateway;
      waiting.push(() =>
        response.writeHead(200, text).end(`${request.url} ${event.requestContext.requestId}`),
      );
      // The first is answered last.
      if (waiting.length === 2) for (const send of waiting.toReversed()) send();
    });
    const eventFor = (path: string, requestId: string) => {
      const event = payloadEvent({ method: "GET", path });
      return { ...event, requestContext: { ...event.requestContext, requestId } };
    };
    const results = await Promise.all([
      respond(eventFor("/a", "id-a"), lambdaContext()),
      respond(eventFor("/b", "id-b"), lambdaContext()),
    ]);
    assert.deepEqual(
      results.map(({ body }) => body),
      ["/a id-a", "/b id-b"],
    );
  });

  it("is answered concurrently with others, also if they are the first of their process", async () => {
    const script = `
      const { createEventAdapter } = await import(${JSON.stringify(new URL("event-adapter.ts", import.meta.url).href)});
      const { payloadEvent, lambdaContext } = await import(${JSON.stringify(new URL("../testing/payload-event.ts", import.meta.url).href)});
      const respond = createEventAdapter((request, response) => response.setHeader("content-type", "text/plain").end(request.url));
      const answers = ["/a", "/b", "/c"].map((path) => respond(payloadEvent({ method: "GET", path }, { stage: "$default" }), lambdaContext()));
      console.log((await Promise.all(answers)).map(({ body }) => body).join());`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
    assert.equal(stdout.trim(), "/a,/b,/c");
  });

  it("may be the same object twice", async () => {
    const event = payloadEvent(GET);
    const respond = createEventAdapter(sendUrl);
    const results = await Promise.all([respond(event, lambdaContext()), respond(event, lambdaContext())]);
    assert.deepEqual(
      results.map(({ body }) => body),
      ["/", "/"],
    );
  });
});
