/**
 * The files of the docs pages in a deployed Lambda bundle, with the folder `assets` beside it. Other requests
 * load none of them.
 */
import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { registerHooks } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliDecompressSync } from "node:zlib";
import { build } from "esbuild";
import type { HttpResult } from "../src/lambda/event-adapter.ts";
import { lambdaContext, payloadEvent } from "../src/testing/payload-event.ts";
import { noIssuer, testEnvironment } from "../src/testing/test-environment.ts";
import { fixtureApi } from "./fixtures/api.ts";

const ENTRY = fileURLToPath(new URL("fixtures/lambda.ts", import.meta.url));
const ASSETS = fileURLToPath(new URL("../assets/", import.meta.url));
/** What API Gateway and Lambda pass on, as JSON. */
const LIMIT_BYTES = 6 * 1024 * 1024;

type Handler = (event: unknown, context: unknown) => Promise<HttpResult>;

Object.assign(
  process.env,
  testEnvironment(fixtureApi, noIssuer, { RUNTIME: "LAMBDA", NODE_ENV: "production" }),
);

async function load(file: string): Promise<(path: string, headers?: object) => Promise<HttpResult>> {
  const { handler }: { handler: Handler } = await import(pathToFileURL(file).href);
  return (path, headers = {}) =>
    handler(payloadEvent({ method: "GET", path, headers: { ...headers } }), lambdaContext());
}

describe("the code loaded before the first docs page", () => {
  it("contains nothing of the docs but the list of their routes, and the page itself loads no library", async () => {
    const loaded: string[] = [];
    const hooks = registerHooks({
      load(url, context, next) {
        loaded.push(url);
        return next(url, context);
      },
    });
    try {
      const get = await load(ENTRY);
      assert.equal((await get("/v1/health")).statusCode, 200);
      assert.equal((await get("/v1/me")).statusCode, 401);
      const ofTheDocs = () => loaded.filter((url) => /src\/docs\/(?!docs-routes)/.test(url));
      assert.deepEqual(ofTheDocs(), []);

      assert.equal((await get("/v1/docs")).statusCode, 200);
      assert.ok(ofTheDocs().some((url) => url.endsWith("/docs/files.ts")));
      assert.ok(!loaded.some((url) => /node_modules\/(swagger|redoc|@asteasolutions)/.test(url)));
    } finally {
      hooks.deregister();
    }
  });
});

describe("a Lambda bundle with the docs' files beside it", () => {
  let folder: string;
  let get: Awaited<ReturnType<typeof load>>;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "docs-bundle-"));
    await build({
      entryPoints: [ENTRY],
      outdir: folder,
      outExtension: { ".js": ".mjs" },
      bundle: true,
      platform: "node",
      target: "node24",
      format: "esm",
      splitting: true,
      minify: true,
      keepNames: true,
      mainFields: ["module", "main"],
      banner: {
        js: 'import { createRequire as topLevelCreateRequire } from "module"; const require = topLevelCreateRequire(import.meta.url);',
      },
      logLevel: "error",
    });
    await cp(ASSETS, join(folder, "assets"), { recursive: true });
    get = await load(join(folder, "lambda.mjs"));
  });
  after(() => rm(folder, { recursive: true }));

  for (const page of ["docs", "redoc"]) {
    it(`serves /v1/${page} and all its files, as binary, and below Lambda's limit`, async () => {
      const { statusCode, body } = await get(`/v1/${page}`, { "accept-encoding": "identity" });
      assert.equal(statusCode, 200);
      const links = [...body.matchAll(/(?:src|href)=["']([^"']+)/g)].map(([, link = ""]) => link);
      assert.ok(links.length >= 3);
      for (const link of links) {
        for (const coding of ["br", "gzip", "identity"]) {
          const result = await get(`/v1/${link}`, { "accept-encoding": coding });
          assert.equal(result.statusCode, 200, link);
          assert.ok(JSON.stringify(result).length < LIMIT_BYTES, link);
          if (coding === "br") {
            assert.equal(result.isBase64Encoded, true);
            assert.ok(brotliDecompressSync(Buffer.from(result.body, "base64")).length > 0);
          }
        }
      }
    });
  }
});

it("the files shipped for the docs stay small", async () => {
  const names = await readdir(ASSETS, { recursive: true });
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(ASSETS, name))).size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  assert.ok(total < 2_000_000, `${total} bytes`);
});
