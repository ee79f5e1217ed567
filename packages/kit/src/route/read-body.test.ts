import assert from "node:assert/strict";
import { createServer, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { form, multipart, multipartWithFile } from "../../test/support/bodies.ts";
import { ApiError } from "../errors/api-error.ts";
import type { MediaType } from "./media-types.ts";
import { createBodyReader, parseBody, type ReceivedBody } from "./read-body.ts";

const ALL = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"] as const;
const LIMIT = 1000;

let server: Server;
/** What the reader returned or threw for the last request. */
let read: Promise<unknown>;
/** The last body, before parsing. */
let received: ReceivedBody | undefined;
let consumes: readonly MediaType[] = ALL;

before(async () => {
  server = createServer((request, response) => {
    read = createBodyReader(
      consumes,
      LIMIT,
    )(request).then((body) => {
      received = body;
      return parseBody(body, request.headers["content-type"]);
    });
    read.catch(() => {}).then(() => response.end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
after(() => {
  server.closeAllConnections();
  server.close();
});

type Headers = Record<string, string>;

/** Sends chunks, without a length if there are several, and reads them. */
async function bodyOf(headers: Headers, ...chunks: readonly (string | Uint8Array)[]): Promise<unknown> {
  const { port } = server.address() as AddressInfo;
  const sent = httpRequest({ port, host: "127.0.0.1", method: "POST", headers });
  for (const chunk of chunks.slice(0, -1)) sent.write(chunk);
  sent.end(chunks.at(-1));
  await new Promise((resolve, reject) => {
    sent.on("response", (response) => response.resume().on("end", resolve));
    sent.on("error", reject);
  });
  return read;
}

const JSON_TYPE = { "content-type": "application/json" };
const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };
const refusedWith = (code: string) => (error: unknown) => error instanceof ApiError && error.code === code;
const assertRefused = (code: string, headers: Headers, ...chunks: (string | Uint8Array)[]) =>
  assert.rejects(
    bodyOf(headers, ...chunks),
    refusedWith(code),
    JSON.stringify([headers, chunks.map(String)]),
  );

describe("a body reader", () => {
  it("reads any JSON", async () => {
    assert.deepEqual(await bodyOf(JSON_TYPE, '{"a":[1,"ä 💡",null]}'), { a: [1, "ä 💡", null] });
    assert.equal(await bodyOf(JSON_TYPE, " null "), null);
    assert.equal(await bodyOf(JSON_TYPE, '"text"'), "text");
  });

  it("reads a form: repeated fields are a list, all others strings", async () => {
    const body = await bodyOf(FORM_TYPE, "a=1&b=x+y%26%C3%A4&b=z&empty=&none&=nameless");
    assert.deepEqual(
      { ...(body as object) },
      { a: "1", b: ["x y&ä", "z"], empty: "", none: "", "": "nameless" },
    );
  });

  it("reads a multipart form: repeated fields are a list, files are files", async () => {
    const { contentType, body } = multipartWithFile(
      [
        ["a", "1"],
        ["b", "ä 💡\r\nsecond line"],
        ["b", ""],
      ],
      "file",
      "content",
    );
    const { file, ...fields } = (await bodyOf({ "content-type": contentType }, body)) as { file: File };
    assert.deepEqual(fields, { a: "1", b: ["ä 💡\r\nsecond line", ""] });
    assert.ok(file instanceof File);
    assert.deepEqual([file.name, await file.text()], ["secret.txt", "content"]);
  });

  it("reads a multipart form as fetch sends it", async () => {
    const data = new FormData();
    data.append("username", "alice");
    const sent = new Request("http://x", { method: "POST", body: data });
    const type = { "content-type": sent.headers.get("content-type") ?? "" };
    const body = await bodyOf(type, new Uint8Array(await sent.arrayBuffer()));
    assert.deepEqual(body, { username: "alice" });
  });

  it("reads a body that comes in pieces, cut anywhere, without a length", async () => {
    const bytes = Buffer.from('{"a":"ä 💡"}');
    assert.deepEqual(await bodyOf(JSON_TYPE, ...[...bytes].map((byte) => Buffer.of(byte))), { a: "ä 💡" });
    const { contentType, body } = multipart([["a", "1"]]);
    assert.deepEqual(await bodyOf({ "content-type": contentType }, ...body), { a: "1" });
  });

  it("returns undefined if there is no body, whatever its type says", async () => {
    for (const headers of [{}, JSON_TYPE, { "content-type": "text/plain" }, { "content-length": "0" }]) {
      assert.equal(await bodyOf(headers), undefined);
    }
    assert.equal(await bodyOf({ ...JSON_TYPE, "transfer-encoding": "chunked" }), undefined);
  });

  it("cannot set a prototype", async () => {
    const fields = [
      ["__proto__", "x"],
      ["constructor", "y"],
    ] as const;
    const { contentType, body } = multipart(fields);
    for (const [headers, sent] of [
      [JSON_TYPE, '{"__proto__":{"admin":true},"constructor":"y"}'],
      [FORM_TYPE, form(fields).body],
      [{ "content-type": contentType }, body],
    ] as const) {
      const given = (await bodyOf(headers, sent)) as object;
      assert.equal(Object.getPrototypeOf(given), Object.prototype);
      assert.equal("admin" in given, false);
      assert.equal(given.constructor, "y");
    }
  });
});

describe("a body of any media type", () => {
  const read = async (type: string, body: string | Uint8Array, ranges: readonly MediaType[]) => {
    consumes = ranges;
    try {
      return await bodyOf({ "content-type": type }, body);
    } finally {
      consumes = ALL;
    }
  };
  const same = async (type: MediaType, body: string | Uint8Array, value: unknown) =>
    assert.deepEqual(await read(type, body, [type]), value, type);

  it("is a value if the type ends with +json", async () => {
    await same("application/merge-patch+json", '{"a":null}', { a: null });
    await same("application/vnd.api+json", "[1]", [1]);
  });

  it("is text if the type is text, XML or YAML", async () => {
    for (const type of [
      "text/csv",
      "text/plain",
      "application/xml",
      "application/atom+xml",
      "text/xml",
    ] as const)
      await same(type, "sku;price\r\nä;1", "sku;price\r\nä;1");
    await same("text/csv", "\u{feff}a;b", "a;b");
    assert.equal(await read("text/csv; charset=UTF-8; header=present", "a", ["text/csv"]), "a");
  });

  it("is a list if the type is lines of JSON", async () => {
    for (const type of ["application/x-ndjson", "application/jsonl"] as const)
      await same(type, '{"a":1}\r\n\n[2]\n"3"', [{ a: 1 }, [2], "3"]);
    await assert.rejects(read("application/jsonl", '1\n{"password":"hunter2', ["application/jsonl"]), {
      code: "001400",
      reason: "Line 2 of the body is not well-formed JSON",
    });
  });

  it("is bytes if the type is any other, whatever its charset", async () => {
    const bytes = Buffer.from("89504e470d0aff00fe", "hex");
    for (const type of ["application/octet-stream", "image/png", "application/pdf"] as const)
      await same(type, bytes, bytes);
    assert.deepEqual(await read("image/png; charset=binary", bytes, ["image/png"]), bytes);
  });

  it("may belong to a range that the endpoint consumes", async () => {
    assert.equal(await read("text/csv", "a", ["text/*"]), "a");
    assert.deepEqual(await read("application/json", "[1]", ["*/*"]), [1]);
    for (const type of ["texts/csv", "text", "image/png"])
      await assert.rejects(read(type, "a", ["text/*"]), refusedWith("001415"), type);
  });

  it("is also available unchanged, to the last byte", async () => {
    await bodyOf(JSON_TYPE, ' {"a" : 1}\n');
    assert.equal(Buffer.from(received?.bytes ?? []).toString(), ' {"a" : 1}\n');
    await bodyOf({});
    assert.deepEqual(received, { bytes: new Uint8Array(), mediaType: undefined });
  });

  it("must be UTF-8 if it is text", async () => {
    await assert.rejects(read("text/csv", Buffer.from("ä", "latin1"), ["text/csv"]), refusedWith("001400"));
    await assert.rejects(read("text/csv; charset=iso-8859-1", "a", ["text/csv"]), refusedWith("001415"));
  });
});

describe("a file of a multipart form", () => {
  const file = async (disposition: string, type = "image/png") => {
    const body = `--cut\r\ncontent-disposition: form-data; ${disposition}\r\ncontent-type: ${type}\r\n\r\n\u0000\r\n--\r\n--cut--\r\n`;
    const read = await bodyOf({ "content-type": "multipart/form-data; boundary=cut" }, body);
    return (read as { readonly photo: File }).photo;
  };

  it("has its original name, in any language, and its type and bytes", async () => {
    for (const [disposition, name] of [
      ['name="photo"; filename="Grüße 写真.png"', "Grüße 写真.png"],
      ['name="photo"; filename="a %22quoted%22.png"', 'a "quoted".png'],
      ['name="photo"; filename="..\\\\..\\\\x.png"', null],
      ['filename="x.png"; name="photo"', "x.png"],
    ] as const) {
      const photo = await file(disposition);
      if (name !== null) assert.equal(photo.name, name);
      assert.equal(photo.type, "image/png");
      assert.equal(await photo.text(), "\u0000\r\n--");
    }
  });
});

describe("a body's type", () => {
  it("is accepted in any case, with UTF-8 in any spelling, and with other parameters", async () => {
    for (const type of [
      "APPLICATION/JSON",
      "application/json; charset=utf-8",
      'application/json;charset="UTF-8"',
      "application/json ; charset=utf8",
      "application/json; profile=x",
      "application/json;",
    ]) {
      assert.equal(await bodyOf({ "content-type": type }, "1"), 1, type);
    }
  });

  it("is required, and must be one of the accepted ones", async () => {
    await assertRefused("001415", {}, "{}");
    for (const type of [
      "",
      "json",
      "text/json",
      "text/plain",
      "application/jsonp",
      "application/vnd.api+json",
      "application/json, text/plain",
      "multipart/mixed; boundary=x",
      "*/*",
    ]) {
      await assertRefused("001415", { "content-type": type }, "{}");
    }
  });

  it("may be narrower for one endpoint than for another", async () => {
    consumes = ["application/json"];
    try {
      await assertRefused("001415", FORM_TYPE, "a=1");
      await assert.rejects(
        bodyOf(FORM_TYPE, "a=1"),
        /Send a body of one of these types, in UTF-8: application\/json$/,
      );
    } finally {
      consumes = ALL;
    }
  });

  it("must have the charset UTF-8", async () => {
    for (const charset of ["utf-16", "iso-8859-1", "us-ascii", '"utf-16"', "utf-8x", "'utf-8'"]) {
      await assertRefused("001415", { "content-type": `application/json; charset=${charset}` }, "{}");
      await assertRefused("001415", { "content-type": `application/json;x=y;CHARSET=${charset}` }, "{}");
    }
  });

  it("must have no content encoding", async () => {
    for (const encoding of ["gzip", "deflate", "br", "x"]) {
      await assertRefused("001415", { ...JSON_TYPE, "content-encoding": encoding }, gzipSync("{}"));
    }
    assert.equal(await bodyOf({ ...JSON_TYPE, "content-encoding": "identity" }, "1"), 1);
  });
});

describe("a body's size", () => {
  it("may be exactly the limit, and no byte more, whether its length is announced or not", async () => {
    const text = (length: number) => JSON.stringify("x".repeat(length - 2));
    assert.equal(String(await bodyOf(JSON_TYPE, text(LIMIT))).length, LIMIT - 2);
    assert.equal(
      String(await bodyOf(JSON_TYPE, text(LIMIT).slice(0, 500), text(LIMIT).slice(500))).length,
      LIMIT - 2,
    );
    await assertRefused("001413", JSON_TYPE, text(LIMIT + 1));
    await assertRefused("001413", JSON_TYPE, text(LIMIT + 1).slice(0, 500), text(LIMIT + 1).slice(500));
    await assert.rejects(bodyOf(JSON_TYPE, "x".repeat(100_000)), /The body may have at most 1000 bytes$/);
  });
});

describe("a malformed body", () => {
  const { contentType, body } = multipart([["a", "hunter2"]]);
  const MULTIPART = { "content-type": contentType };
  const malformed: readonly [string, Headers, string | Uint8Array][] = [
    ["JSON cut short", JSON_TYPE, '{"password":"hunter2"'],
    ["JSON with a comma too many", JSON_TYPE, '{"password":"hunter2",}'],
    ["JSON without quotes", JSON_TYPE, '{"password":hunter2}'],
    ["JSON of spaces", JSON_TYPE, "  "],
    ["JSON in UTF-16", JSON_TYPE, Buffer.from('{"a":1}', "utf16le")],
    ["JSON with bytes that are not UTF-8", JSON_TYPE, Buffer.from('{"a":"\u00ff"}', "latin1")],
    ["a form with bytes that are not UTF-8", FORM_TYPE, Buffer.from("a=\u00ff", "latin1")],
    ["a multipart form without its end", MULTIPART, body.slice(0, -4)],
    ["a malformed multipart form", MULTIPART, "a=hunter2"],
    ["a multipart form without a boundary", { "content-type": "multipart/form-data" }, body],
    ["a multipart form with another boundary", { "content-type": "multipart/form-data; boundary=x" }, body],
    ["a multipart form with a nameless part", MULTIPART, body.replace('; name="a"', "")],
    ["a multipart form without a disposition", MULTIPART, body.replace(/Content-Disposition.*\r\n/, "")],
  ];
  for (const [name, headers, sent] of malformed) {
    it(`is 001400, and never quoted: ${name}`, async () => {
      await assert.rejects(bodyOf(headers, sent), (error: unknown) => {
        assert.ok(error instanceof ApiError);
        assert.equal(error.code, "001400");
        assert.match(error.reason, /^The body is not well-formed [a-z/-]+$/);
        assert.equal(error.cause, undefined);
        return true;
      });
    });
  }

  it("is 001400 too when the caller disconnects in the middle of it", async () => {
    const { port } = server.address() as AddressInfo;
    const arrived = new Promise<void>((resolve) => server.once("request", () => setImmediate(resolve)));
    const sent = httpRequest({
      port,
      host: "127.0.0.1",
      method: "POST",
      headers: { ...JSON_TYPE, "content-length": "100" },
    });
    sent.on("error", () => {});
    sent.write("{");
    await arrived;
    sent.destroy();
    await assert.rejects(read, refusedWith("001400"));
  });
});
