import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { testApp } from "@lambda-express-api/kit/testing";
import supertest from "supertest";
import { api } from "../../api.ts";

describe("POST /v1/auth/token, with a stub of the identity provider", () => {
  const provider = createServer(async (request, response) => {
    const { password } = JSON.parse(Buffer.concat(await request.toArray()).toString());
    const isIn = password === "not-secret";
    const refusal = { error: { code: 400, message: "EMAIL_NOT_FOUND" } };
    response.writeHead(isIn ? 200 : 400, { "content-type": "application/json" });
    response.end(JSON.stringify(isIn ? { idToken: "a.b.c", refreshToken: "r", expiresIn: "3600" } : refusal));
  });
  before(() => once(provider.listen(0, "127.0.0.1"), "listening"));
  after(() => provider.close());

  const environment = () => ({
    FIREBASE_IDENTITY_TOOLKIT_URL: `http://127.0.0.1:${(provider.address() as AddressInfo).port}`,
  });

  const signIn = (password: string, more = {}) => {
    const app = testApp(api, { environment: { ...environment(), ...more } });
    return supertest(app)
      .post("/v1/auth/token")
      .type("form")
      .send({ username: "alice@example.com", password });
  };

  it("returns the provider's JSON with OAuth's names for the token", async () => {
    const { status, body } = await signIn("not-secret");
    assert.equal(status, 200);
    const token = { access_token: "a.b.c", token_type: "bearer", refreshToken: "r", expiresIn: "3600" };
    assert.deepEqual(body, token);
  });

  it("refuses an address that has failed ten times with an account, and never the account elsewhere", async () => {
    const app = testApp(api, { environment: { ...environment(), TRUSTED_PROXY_HOPS: "1" } });
    const statusFrom = async (address: string, password: string) => {
      const { status } = await supertest(app)
        .post("/v1/auth/token")
        .set("x-forwarded-for", address)
        .send({ username: "bob@example.com", password });
      return status;
    };
    for (let call = 0; call < 10; call++) assert.equal(await statusFrom("198.51.100.1", "wrong"), 401);
    assert.equal(await statusFrom("198.51.100.1", "not-secret"), 429);
    assert.equal(await statusFrom("198.51.100.2", "not-secret"), 200);
  });

  it("refuses an address that calls more often than sixty times a minute", async () => {
    const app = testApp(api, { environment: environment() });
    for (let call = 0; call < 60; call++) await supertest(app).post("/v1/auth/token");
    const { status, body, headers } = await supertest(app).post("/v1/auth/token");
    assert.deepEqual([status, body.error.code], [429, "001429"]);
    assert.match(headers["retry-after"] ?? "", /^\d+$/);
  });

  it("names the provider's reason for a refusal only where that is configured", async () => {
    for (const [detail, reason] of [
      ["generic", "The credentials were refused"],
      ["provider", "EMAIL_NOT_FOUND"],
    ]) {
      const { status, body } = await signIn("wrong", { AUTH_ERROR_DETAIL: detail });
      assert.equal(status, 401);
      const { code, title, message } = body.error;
      assert.deepEqual([code, title, message], ["002401", "Unauthorized", "Access unauthorized"]);
      assert.deepEqual([body.error.reason, body.message], [reason, reason]);
    }
  });
});
