import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { testApp } from "@lambda-express-api/kit/testing";
import supertest from "supertest";
import { api } from "../../api.ts";

describe("POST /v1/auth/token, with a stand-in for the identity provider", () => {
  const provider = createServer(async (request, response) => {
    const { password } = JSON.parse(Buffer.concat(await request.toArray()).toString());
    const isIn = password === "not-secret";
    const refusal = { error: { code: 400, message: "EMAIL_NOT_FOUND" } };
    response.writeHead(isIn ? 200 : 400, { "content-type": "application/json" });
    response.end(JSON.stringify(isIn ? { idToken: "a.b.c", refreshToken: "r", expiresIn: "3600" } : refusal));
  });
  before(() => once(provider.listen(0, "127.0.0.1"), "listening"));
  after(() => provider.close());

  const signIn = (password: string, environment = {}) => {
    const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
    const app = testApp(api, { environment: { FIREBASE_IDENTITY_TOOLKIT_URL: url, ...environment } });
    return supertest(app)
      .post("/v1/auth/token")
      .type("form")
      .send({ username: "alice@example.com", password });
  };

  it("answers the provider's JSON with OAuth's names for the token", async () => {
    const { status, body } = await signIn("not-secret");
    assert.equal(status, 200);
    const token = { access_token: "a.b.c", token_type: "bearer", refreshToken: "r", expiresIn: "3600" };
    assert.deepEqual(body, token);
  });

  it("names the provider's reason for a refusal only where it is told to", async () => {
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
