/** The same answers from every form of the API: from its sources, and from both builds. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { promisify } from "node:util";
import {
  appTarget,
  handlerTarget,
  type ParityCase,
  paritySuite,
  processTarget,
  serverTarget,
  type TestIssuer,
  testEnvironment,
} from "@lambda-express-api/kit/testing";
import { gatewayTarget } from "@lambda-express-api/local/testing";
import { startLocalAws } from "../local/aws.ts";
import { seed } from "../local/seed.ts";
import { api } from "../src/api.ts";

const root = join(import.meta.dirname, "..");
const out = mkdtempSync(join(tmpdir(), "orders-"));
const aws = await startLocalAws();
const { orderId } = await seed(aws, "alice");
const build = (...args: readonly string[]) =>
  promisify(execFile)("npx", ["lambda-express-api", "build", ...args], { cwd: root });
await Promise.all([
  build("container", join(out, "container")),
  build("lambda", "--architecture", process.arch === "arm64" ? "arm64" : "x64", join(out, "lambda")),
]);
after(async () => {
  rmSync(out, { recursive: true });
  await aws.close();
});

const alice = (issuer: TestIssuer, more = {}) => ({ authorization: issuer.bearer([]), ...more });
const json = { "content-type": "application/json" };
const EVENT = JSON.stringify({ type: "payment.refunded", orderId: "unknown" });
const signed = () => {
  const time = Math.floor(Date.now() / 1000);
  return `t=${time},v1=${createHmac("sha256", "whsec_example").update(`${time}.${EVENT}`).digest("hex")}`;
};

const cases: readonly ParityCase[] = [
  {
    title: "a list",
    status: 200,
    request: (issuer) => ({
      method: "GET",
      path: "/v1/orders?status=placed&limit=5",
      headers: alice(issuer),
    }),
  },
  {
    title: "a cursor of no list",
    status: 400,
    request: (issuer) => ({ method: "GET", path: "/v1/orders?cursor=x", headers: alice(issuer) }),
  },
  {
    title: "the first version of an order",
    status: 200,
    request: (issuer) => ({ method: "GET", path: `/v1/orders/${orderId}`, headers: alice(issuer) }),
  },
  {
    title: "an order that the caller has",
    status: 304,
    request: (issuer) => ({
      method: "GET",
      path: `/v2/orders/${orderId}`,
      headers: alice(issuer, { "if-none-match": '"1"' }),
    }),
  },
  {
    title: "an order of another customer, as problem details",
    status: 404,
    request: (issuer) => ({
      method: "GET",
      path: `/v2/orders/${orderId}`,
      headers: { authorization: issuer.bearer([], { sub: "bob" }), accept: "application/problem+json" },
    }),
  },
  {
    title: "a change of an old version",
    status: 412,
    request: (issuer) => ({
      method: "PATCH",
      path: `/v1/orders/${orderId}`,
      headers: alice(issuer, { ...json, "if-match": '"7"' }),
      body: '{"note":"blue"}',
    }),
  },
  {
    title: "a payment without its key",
    status: 400,
    request: (issuer) => ({
      method: "POST",
      path: `/v1/orders/${orderId}/payments`,
      headers: alice(issuer, json),
      body: '{"cents":1}',
    }),
  },
  {
    title: "an invoice to download",
    status: 200,
    request: (issuer) => ({ method: "GET", path: `/v1/orders/${orderId}/invoice`, headers: alice(issuer) }),
  },
  {
    title: "a signed event",
    status: 204,
    request: () => ({
      method: "POST",
      path: "/v1/payments/events",
      headers: { ...json, "stripe-signature": signed() },
      body: EVENT,
    }),
  },
  {
    title: "a warehouse without a key",
    status: 401,
    request: () => ({ method: "PUT", path: `/v1/warehouse/orders/${orderId}/shipment` }),
  },
  {
    title: "the old catalogue",
    status: 200,
    request: () => ({ method: "GET", path: "/v1/catalogue/cup" }),
  },
];

const built = processTarget(join(out, "container/main.mjs"), { name: "the built container" });
paritySuite(
  api,
  [appTarget, handlerTarget, serverTarget, gatewayTarget({ through: "mapping key" }), built],
  cases,
  { environment: aws.environment },
);

it("a cold start of the built function does not load the AWS SDK", () => {
  const loadedAtStart = readFileSync(join(out, "lambda/app.js"), "utf8");
  // In the messages of its core.
  assert.equal(loadedAtStart.includes("@aws-sdk/core"), false);
});

it("the built function responds to an event of the gateway, and has its jobs beside it", async () => {
  Object.assign(process.env, testEnvironment(api), aws.environment, { RUNTIME: "LAMBDA" });
  const { handler } = await import(join(out, "lambda/bundle.mjs"));
  const { statusCode, body } = await handler(
    {
      version: "2.0",
      routeKey: "ANY /v1/catalogue/{proxy+}",
      rawPath: "/mvp/v1/catalogue/cup",
      rawQueryString: "",
      headers: { host: "example.com" },
      requestContext: {
        domainName: "example.com",
        requestId: "JKJaXmPLvHcESHA=",
        stage: "mvp",
        timeEpoch: 0,
        http: { method: "GET", path: "/mvp/v1/catalogue/cup", protocol: "HTTP/1.1", sourceIp: "192.0.2.1" },
      },
      isBase64Encoded: false,
    },
    { awsRequestId: "5d62250b-a564-40b8-ae48-49310922026b", getRemainingTimeInMillis: () => 10_000 },
  );
  assert.deepEqual([statusCode, JSON.parse(body)], [200, { article: "cup", unitCents: 800 }]);
  const { handler: packOrders } = await import(join(out, "lambda/job-pack-orders.mjs"));
  await packOrders({ Records: [] }, { awsRequestId: "5d62250b-a564-40b8-ae48-49310922026b" });
});
