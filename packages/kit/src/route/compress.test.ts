import assert from "node:assert/strict";
import { it } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { compress } from "./compress.ts";

const TEXT = "Again and again. ".repeat(200);
const answerOf = (body: string) => ({ status: 200, headers: {}, cookies: [], body });
const bytes = async (coding: string, lasting?: unknown, text = TEXT) =>
  Buffer.from((await compress(answerOf(text), coding, lasting)).body ?? "");

it("a body that never changes is compressed once per coding", async () => {
  const lasting = {};
  const [br, gzip] = [
    await compress(answerOf(TEXT), "br", lasting),
    await compress(answerOf(TEXT), "gzip", lasting),
  ];
  assert.equal((await compress(answerOf(TEXT), "br", lasting)).body, br.body);
  assert.equal((await compress(answerOf(TEXT), "gzip", lasting)).body, gzip.body);
  assert.equal(brotliDecompressSync(Buffer.from(br.body ?? "")).toString(), TEXT);
  assert.equal(gunzipSync(Buffer.from(gzip.body ?? "")).toString(), TEXT);
});

it("any other body is compressed for each response", async () => {
  for (const lasting of [undefined, null, TEXT, {}]) {
    await bytes("gzip", lasting);
    const other = await bytes(
      "gzip",
      typeof lasting === "object" && lasting ? {} : lasting,
      TEXT.toUpperCase(),
    );
    assert.equal(gunzipSync(other).toString(), TEXT.toUpperCase());
  }
});
