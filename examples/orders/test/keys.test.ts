/** `npm run keys` manages the warehouses' keys in the API's own table. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { it } from "node:test";
import { promisify } from "node:util";
import { serverTarget, startTestIssuer, testEnvironment } from "@lambda-express-api/kit/testing";
import supertest from "supertest";
import { startLocalAws } from "../local/aws.ts";
import { seed } from "../local/seed.ts";
import { api } from "../src/api.ts";

it("a warehouse ships with a key that npm run keys created, until it is revoked", async (t) => {
  const [aws, issuer] = await Promise.all([startLocalAws(), startTestIssuer()]);
  t.after(() => Promise.all([aws.close(), issuer.close()]));
  const { orderId } = await seed(aws, "alice");
  const target = await serverTarget({ api, issuer, environment: aws.environment });
  t.after(() => target.close());

  const keys = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)("npx", ["lambda-express-api", "keys", ...args], {
      cwd: join(import.meta.dirname, ".."),
      env: { ...process.env, ...testEnvironment(api), ...aws.environment },
    });
    return stdout.trim();
  };
  const ship = (key: string) =>
    supertest(`${target.baseUrl}`).put(`/v1/warehouse/orders/${orderId}/shipment`).set("x-api-key", key);

  const key = await keys("create", "warehouse-7", "--scopes", "shipments:write");
  const [prefix = ""] = key.split(".");
  assert.equal((await ship(key)).body.error.code, "100409", "the order is not paid");
  assert.match(await keys("list"), new RegExp(`^${prefix} .*warehouse-7.*shipments:write`));
  assert.equal(await keys("revoke", prefix), `${prefix} is revoked.`);
  assert.equal((await ship(key)).body.error.code, "003401");
});
