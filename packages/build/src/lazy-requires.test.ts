import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { createConformanceApp } from "@lambda-express-api/kit/test/support/express-conformance-app.ts";
import { APP_FILE } from "./app-file.ts";
import { bundleFiles } from "./bundle-files.ts";
import { externalPackages } from "./external-packages.ts";
import { createFileLoader } from "./load-files.ts";

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

const json = { "content-type": "application/json" };
const form = { "content-type": "application/x-www-form-urlencoded" };

/** As `path`, or as `path` with a distinguishing word after a space. */
const requests: Readonly<Record<string, Sent>> = {
  "/": {},
  "/ HEAD": { method: "HEAD" },
  "/ OPTIONS": { method: "OPTIONS" },
  "/ POST": { method: "POST" },
  "/?a=1&a=2&b[c]=3": {},
  "/object": {},
  "/object fresh": { headers: { "if-none-match": "*" } },
  "/bytes": {},
  "/status": {},
  "/redirect": {},
  "/redirect html": { headers: { accept: "text/html" } },
  "/links": {},
  "/cookies": {},
  "/attachment": {},
  "/download": {},
  "/send-file": {},
  "/send-file range": { headers: { range: "bytes=5-9" } },
  "/send-file ranges": { headers: { range: "bytes=0-1,5-9" } },
  "/send-file out of range": { headers: { range: "bytes=900-" } },
  "/send-missing": {},
  "/static/file.txt": {},
  "/static/file.txt HEAD": { method: "HEAD" },
  "/static/file.txt modified": { headers: { "if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT" } },
  "/static/": {},
  "/static": {},
  "/static/.hidden": {},
  "/static/..%2fapp.js": {},
  "/static/%": {},
  "/jsonp?callback=cb": {},
  "/format": {},
  "/format html": { headers: { accept: "text/html" } },
  "/format nothing": { headers: { accept: "image/png" } },
  "/negotiation": {},
  "/negotiation?x=%C3%BC&y": {
    headers: {
      accept: "application/json;q=0.5, text/*",
      "accept-encoding": "br;q=0.9, gzip",
      "accept-language": "en, de;q=0.8",
      "accept-charset": "utf-8",
      range: "bytes=0-5",
      "x-forwarded-for": "203.0.113.7, 127.0.0.1",
      "x-forwarded-proto": "https",
      "x-forwarded-host": "a.b.example.com",
      "x-requested-with": "XMLHttpRequest",
    },
  },
  "/users/42": {},
  "/users/42/more": {},
  "/users/%": {},
  "/users/%C3%BC": {},
  "/files/a/b/c": {},
  "/route": {},
  "/route POST": { method: "POST" },
  "/route PUT": { method: "PUT" },
  "/route OPTIONS": { method: "OPTIONS" },
  "/throws": {},
  "/throws html": { headers: { accept: "text/html" } },
  "/rejects": {},
  "/nested/me/thing": {},
  "/nested/me/none": {},
  "/own-error": {},
  "/nowhere": {},
  "/json": { method: "POST", headers: json, body: '{"a":[1,"ü"]}' },
  "/json empty": { method: "POST", headers: json },
  "/json malformed": { method: "POST", headers: json, body: '{"a":' },
  "/json not an object": { method: "POST", headers: json, body: "1" },
  "/json too large": { method: "POST", headers: json, body: JSON.stringify("a".repeat(2000)) },
  "/json utf-16": {
    method: "POST",
    headers: { "content-type": "application/json; charset=utf-16le" },
    body: Buffer.from('{"a":1}', "utf16le"),
  },
  "/json unknown charset": {
    method: "POST",
    headers: { "content-type": "application/json; charset=x" },
    body: "{}",
  },
  "/json gzip": {
    method: "POST",
    headers: { ...json, "content-encoding": "gzip" },
    body: gzipSync('{"a":1}'),
  },
  "/json not gzip": { method: "POST", headers: { ...json, "content-encoding": "gzip" }, body: "{}" },
  "/json unknown encoding": { method: "POST", headers: { ...json, "content-encoding": "x" }, body: "{}" },
  "/form": { method: "POST", headers: form, body: "a[b][]=1&a[b][]=2&c=%C3%BC+d" },
  "/form latin1": {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded; charset=iso-8859-1" },
    body: "a=%E9",
  },
  "/simple-form": { method: "POST", headers: form, body: "a=1&a=2&b[c]=3" },
  "/text": {
    method: "POST",
    headers: { "content-type": "text/plain; charset=windows-1252" },
    body: Buffer.from([0x80]),
  },
  "/raw": { method: "POST", headers: { "content-type": "image/png" }, body: Buffer.from([0, 255]) },
  "/raw too large": { method: "POST", body: "a".repeat(200) },
  "/raw gzip": { method: "POST", headers: { "content-encoding": "gzip" }, body: gzipSync("a") },
};

describe("Express with lazily loaded libraries responds byte for byte like the original", () => {
  let root: string;
  const servers: Server[] = [];

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "conformance-"));
    const entry = fileURLToPath(
      import.meta.resolve("@lambda-express-api/kit/test/support/express-conformance-app.ts"),
    );
    const { sources } = await bundleFiles({
      entry: `export { createConformanceApp } from ${JSON.stringify(entry)};`,
      folder: root,
      externals: externalPackages(root),
    });
    assert.ok(sources["iconv-lite.js"], "large packages are in separate files");
    const load = createFileLoader(APP_FILE, { folder: root, hasCodeCaches: false });
    const built = load(APP_FILE) as { createConformanceApp: typeof createConformanceApp };
    assert.notEqual(built.createConformanceApp, createConformanceApp);
    for (const create of [createConformanceApp, built.createConformanceApp])
      servers.push(await serve(create(root)));
  });
  after(async () => {
    for (const server of servers) server.close();
    await rm(root, { recursive: true });
  });

  for (const [name, sent] of Object.entries(requests)) {
    it(name, async () => {
      const [path = ""] = name.split(" ");
      const [expected, actual] = await Promise.all(servers.map((server) => send(server, path, sent)));
      assert.ok(expected?.startsWith("HTTP/1.1 "), expected);
      assert.equal(actual, expected);
    });
  }
});

async function serve(listener: RequestListener): Promise<Server> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** The whole answer, without the time. */
async function send(
  server: Server,
  path: string,
  { method = "GET", headers = {}, body = "" }: Sent,
): Promise<string> {
  const { port } = server.address() as AddressInfo;
  const bytes = Buffer.from(body);
  const all = {
    host: "localhost",
    connection: "close",
    ...(bytes.length > 0 && { "content-length": String(bytes.length) }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect(port, "127.0.0.1");
  socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
  socket.write(bytes);
  return Buffer.concat(await socket.toArray())
    .toString("latin1")
    .replace(/^Date: .*\r\n/m, "");
}
