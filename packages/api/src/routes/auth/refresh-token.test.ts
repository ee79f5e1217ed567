import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { it } from "node:test";
import { testApp } from "@lambda-express-api/kit/testing";
import supertest from "supertest";
import { api } from "../../api.ts";

it("POST /v1/auth/refresh, with a stub of the identity provider, returns OAuth's names for the token", async (t) => {
  const provider = createServer((_request, response) =>
    response
      .setHeader("content-type", "application/json")
      .end(JSON.stringify({ id_token: "a.b.c", refresh_token: "r", token_type: "Bearer" })),
  );
  t.after(() => provider.close());
  await once(provider.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  const app = testApp(api, { environment: { FIREBASE_SECURE_TOKEN_URL: url } });

  const { status, body } = await supertest(app).post("/v1/auth/refresh").send({ refresh_token: "r" });
  assert.equal(status, 200);
  assert.deepEqual([body.access_token, body.token_type, body.refresh_token], ["a.b.c", "bearer", "r"]);
});
