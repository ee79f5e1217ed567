/**
 * The behaviour of the guides' examples, in both runtimes; behind the local gateway:
 * packages/local/test/behind-gateway.test.ts.
 */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it, type TestContext } from "node:test";
import supertest from "supertest";
import { api } from "../examples/src/api.ts";
import { isSigned } from "../examples/src/routes/payments/is-signed.ts";
import { accessSuite } from "../src/testing/access-suite.ts";
import { openApiSuite } from "../src/testing/openapi-suite.ts";
import { paritySuite } from "../src/testing/parity-suite.ts";
import type { RequestToSend } from "../src/testing/payload-event.ts";
import { appTarget, handlerTarget, serverTarget } from "../src/testing/targets.ts";
import { testApp } from "../src/testing/test-app.ts";
import { type Environment, noIssuer } from "../src/testing/test-environment.ts";
import { startTestIssuer } from "../src/testing/test-issuer.ts";
import { exampleCases } from "./support/example-cases.ts";
import { PNG } from "./support/probe-routes.ts";

const targets = [appTarget, handlerTarget, serverTarget];
await accessSuite(api, targets);
await openApiSuite(api, targets);
paritySuite(api, targets, exampleCases);

describe("the webhook's signature", () => {
  const body = Buffer.from("{}");
  const hmac = (time: string) => createHmac("sha256", "s").update(`${time}.{}`).digest("hex");

  it("is valid for five minutes before and after its time", () => {
    const header = `t=1000,v1=${hmac("1000")}`;
    for (const [now, isFine] of [
      [1000, true],
      [1300, true],
      [1301, false],
      [700, true],
      [699, false],
    ] as const)
      assert.equal(isSigned(body, header, "s", now), isFine, String(now));
  });

  it("is invalid for another body, secret or time, and without one of its parts", () => {
    assert.equal(isSigned(Buffer.from("{} "), `t=1000,v1=${hmac("1000")}`, "s", 1000), false);
    assert.equal(isSigned(body, `t=1000,v1=${hmac("1000")}`, "S", 1000), false);
    assert.equal(isSigned(body, `t=1001,v1=${hmac("1000")}`, "s", 1000), false);
    for (const header of ["", "t=1000", `v1=${hmac("")}`, `t=,v1=${hmac("")}`, `t=1e3,v1=${hmac("1e3")}`])
      assert.equal(isSigned(body, header, "s", 1000), false, header);
  });
});

describe("on every target", () => {
  for (const [named, start] of Object.entries({
    app: appTarget,
    handler: handlerTarget,
    server: serverTarget,
  })) {
    const on = async (t: TestContext, request: RequestToSend, environment: Environment = {}) => {
      const target = await start({ api, issuer: noIssuer, environment });
      t.after(target.close);
      return { answer: await target.request(request), basePath: target.basePath };
    };

    it(`lists of a query may be repeated, with brackets or with commas: ${named}`, async (t) => {
      const path = "/v1/products?tag=kitchen&tag=a%2Cb&sku%5B%5D=teapot&sku[]=cup";
      const { answer } = await on(t, { method: "GET", path });
      assert.deepEqual(
        JSON.parse(answer.body.toString()).map(({ sku }: { sku: string }) => sku),
        ["teapot"],
      );
      const sorted = await on(t, { method: "GET", path: "/v1/products?sort=price,sku" });
      assert.deepEqual(
        JSON.parse(sorted.answer.body.toString()).map(({ sku }: { sku: string }) => sku),
        ["cup", "lamp", "teapot"],
      );
    });

    it(`an API's own error has its status, headers and page, also as problem details: ${named}`, async (t) => {
      const headers = { "content-type": "application/json", "stripe-signature": "t=1,v1=0" };
      const request = { method: "POST", path: "/v1/payments/events", headers, body: '{"id":"1","type":"x"}' };
      const { answer } = await on(t, request);
      assert.deepEqual([answer.status, JSON.parse(answer.body.toString()).error.code], [401, "100401"]);
      assert.equal(answer.headers["www-authenticate"], 'Signature realm="payments"');
      const accept = "application/problem+json, application/json;q=0.5";
      const { answer: problem } = await on(t, { ...request, headers: { ...headers, accept } });
      const { requestId: _, ...body } = JSON.parse(problem.body.toString());
      assert.deepEqual(body, {
        type: "https://shop.example.com/errors/bad-signature",
        title: "Bad signature",
        status: 401,
        detail: "The signature is invalid or too old",
        code: "100401",
      });
      assert.equal(problem.headers["content-type"], "application/problem+json");
      assert.equal(problem.headers["www-authenticate"], 'Signature realm="payments"');
    });

    it(`cookies are safe by default, and there may be several: ${named}`, async (t) => {
      const headers = { "content-type": "application/json" };
      const { answer, basePath } = await on(t, {
        method: "POST",
        path: "/v1/session",
        headers,
        body: '{"theme":"dark"}',
      });
      assert.equal(answer.status, 204, String(answer.body));
      const path = basePath || "/";
      assert.match(
        answer.cookies[0] ?? "",
        new RegExp(`^session=[0-9a-f-]{36}; Max-Age=3600; Path=${path}; HttpOnly; Secure; SameSite=Lax$`),
      );
      assert.equal(answer.cookies[1], `theme=dark; Max-Age=31536000; Path=${path}; Secure; SameSite=Lax`);
      assert.equal(answer.cookies.length, 2);
      assert.equal("set-cookie" in answer.headers, false);
    });

    it(`an unchanged response keeps its entity tag, and is then 304 without content: ${named}`, async (t) => {
      const first = (await on(t, { method: "GET", path: "/v1/products" })).answer;
      assert.match(first.headers.etag ?? "", /^W\/"[\w-]{27}"$/);
      assert.equal(first.headers["cache-control"], "public, max-age=60");
      const again = (
        await on(t, {
          method: "GET",
          path: "/v1/products",
          headers: { "if-none-match": `"a", ${first.headers.etag}` },
        })
      ).answer;
      assert.deepEqual([again.status, again.body.length, again.headers.etag], [304, 0, first.headers.etag]);
      assert.equal(again.headers["cache-control"], "public, max-age=60");
      assert.equal(again.headers["content-type"], undefined);
      const other = (await on(t, { method: "GET", path: "/v1/products?tag=light" })).answer;
      assert.notEqual(other.headers.etag, first.headers.etag);
    });

    it(`a file keeps its name in any language: ${named}`, async (t) => {
      const { answer } = await on(t, { method: "GET", path: "/v1/products/%E8%8C%B6/label" });
      assert.equal(
        answer.headers["content-disposition"],
        "attachment; filename=\"Etikett f?r ?.csv\"; filename*=UTF-8''Etikett%20f%C3%BCr%20%E8%8C%B6.csv",
      );
      assert.match(answer.body.toString(), /茶;Grüße/);
    });

    it(`HEAD is GET without its content: ${named}`, async (t) => {
      const get = (await on(t, { method: "GET", path: "/v1/products" })).answer;
      const head = (await on(t, { method: "HEAD", path: "/v1/products" })).answer;
      assert.deepEqual([head.status, head.body.length], [200, 0]);
      for (const name of ["etag", "content-type", "cache-control"])
        assert.equal(head.headers[name], get.headers[name], name);
      assert.equal(head.headers["content-length"], String(get.body.length));
    });
  }
});

it("a photo arrives with its name, type and bytes", async (t) => {
  const issuer = await startTestIssuer();
  t.after(() => issuer.close());
  const answer = await supertest(testApp(api, { issuer }))
    .put("/v1/products/tea/photo")
    .set("authorization", issuer.bearer(["STAFF"]))
    .attach("photo", PNG, { filename: "Grüße 写真.png", contentType: "image/png" });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(
    [answer.body.name, answer.body.type, answer.body.bytes],
    ["Grüße 写真.png", "image/png", PNG.length],
  );
});
