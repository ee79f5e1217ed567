import assert from "node:assert/strict";
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { runInNewContext } from "node:vm";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { fixtureApi } from "../../../test/fixtures/api.ts";
import { fetchRaw } from "../../../test/support/fetch-raw.ts";
import { testApp } from "../../testing/test-app.ts";

describe("GET /v1/docs/{asset}", () => {
  let server: Server;
  let url: string;
  before(async () => {
    server = testApp(fixtureApi).listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/docs/`;
  });
  after(() => server.close());

  const style = (headers: Record<string, string> = {}, query = "") =>
    fetchRaw(`${url}swagger-ui.css${query}`, headers);

  it("returns a file in the coding that the caller prefers, or plain without an accept-encoding", async () => {
    const plain = await style();
    assert.equal(plain.status, 200);
    assert.equal(plain.headers["content-type"], "text/css; charset=utf-8");
    assert.equal(plain.headers["content-encoding"], undefined);
    assert.match(plain.body.toString(), /\.swagger-ui/);

    const brotli = await style({ "accept-encoding": "gzip, deflate, br" });
    assert.equal(brotli.headers["content-encoding"], "br");
    assert.deepEqual(brotliDecompressSync(brotli.body), plain.body);
    assert.ok(brotli.body.length < plain.body.length / 6);

    const zipped = await style({ "accept-encoding": "gzip, br;q=0" });
    assert.equal(zipped.headers["content-encoding"], "gzip");
    assert.deepEqual(gunzipSync(zipped.body), plain.body);

    for (const { headers } of [plain, brotli, zipped]) assert.equal(headers.vary, "accept-encoding");
    const etags = [plain, brotli, zipped].map(({ headers }) => headers.etag);
    assert.equal(new Set(etags).size, 3, "each coding is a separate representation");
    for (const etag of etags) assert.match(etag ?? "", /^"[\w-]+"$/);
  });

  it("returns 304 only to a caller who has the file", async () => {
    const { headers } = await style({ "accept-encoding": "br" });
    const etag = headers.etag ?? "";
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const answer = await style({ "accept-encoding": "br", "if-none-match": known });
      assert.equal(answer.status, 304, known);
      assert.equal(answer.body.length, 0);
      assert.equal(answer.headers.etag, etag);
      assert.equal(answer.headers["content-type"], undefined);
    }
    for (const unknown of ['"other"', etag.replace("-br", "")]) {
      assert.equal((await style({ "accept-encoding": "br", "if-none-match": unknown })).status, 200, unknown);
    }
  });

  it("may be cached permanently under its own version only", async () => {
    const version = /[\w-]+(?=")/.exec((await style()).headers.etag ?? "")?.[0];
    assert.equal(
      (await style({}, `?v=${version}`)).headers["cache-control"],
      "public, max-age=31536000, immutable",
    );
    for (const query of ["", "?v=", "?v=stale"]) {
      assert.equal((await style({}, query)).headers["cache-control"], "no-cache", query);
    }
  });

  for (const name of ["nothing.js", "..%2Fdocs.html", "__proto__", "docs.html", "swagger-ui.css.br"]) {
    it(`has no file ${name}`, async () => {
      const { status, body } = await fetchRaw(url + name);
      assert.equal(status, 404);
      assert.equal(JSON.parse(body.toString()).error.code, "001404");
    });
  }

  it("sets the page's title from the document, with stubs for the browser and Swagger UI", async () => {
    const script = (await fetchRaw(`${url}swagger-ui-init.js`)).body.toString();
    let options: { onComplete?: () => void; oauth2RedirectUrl?: string } = {};
    const oauth: object[] = [];
    const signIn = { clientId: "client", scopes: ["openid"], parameters: { audience: "api" } };
    let schemes: object = { oauth2: { "x-sign-in": signIn } };
    const info = new Map([["title", "fixture-api"]]);
    const swaggerUi = (given: typeof options) => {
      options = given;
      return {
        specSelectors: {
          info: () => info,
          specJson: () => ({ toJS: () => ({ components: { securitySchemes: schemes } }) }),
        },
        initOAuth: (given: object) => oauth.push(given),
      };
    };
    const window: { onload?: () => void; location: object } = {
      location: { search: "", origin: "http://h", href: "http://h/express/v1/docs" },
    };
    const document = { title: "Swagger UI" };
    const browser = {
      URL,
      window,
      document,
      SwaggerUIBundle: Object.assign(swaggerUi, { presets: {}, plugins: {} }),
      SwaggerUIStandalonePreset: {},
    };
    // In a browser, properties of the window are global variables.
    runInNewContext(`${script}; window.onload(); globalThis.ui = window.ui`, browser);
    options.onComplete?.();
    assert.equal(document.title, "fixture-api · Swagger UI");
    // It also knows the return address of the sign-in, and the client at the provider.
    assert.equal(options.oauth2RedirectUrl, "http://h/express/v1/docs/oauth2-redirect.html");
    assert.deepEqual(JSON.parse(JSON.stringify(oauth)), [
      {
        clientId: "client",
        scopes: ["openid"],
        additionalQueryStringParams: { audience: "api" },
        usePkceWithAuthorizationCodeGrant: true,
      },
    ]);
    schemes = {};
    info.delete("title");
    document.title = "Swagger UI";
    options.onComplete?.();
    assert.equal(document.title, "Swagger UI");
    assert.equal(oauth.length, 1);
  });
});
