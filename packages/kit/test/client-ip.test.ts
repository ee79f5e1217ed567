/** The caller's address behind proxies: neither runtime trusts an address that a client writes. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import supertest from "supertest";
import { createHandler } from "../src/lambda/create-handler.ts";
import type { HttpResult } from "../src/lambda/event-adapter.ts";
import { CLOUDFLARE_ADDRESSES } from "../src/request/cloudflare-addresses.ts";
import { trustedProxies } from "../src/request/trusted-proxies.ts";
import { anyone } from "../src/route/access.ts";
import { defineRoute } from "../src/route/define-route.ts";
import { lambdaContext, payloadEvent } from "../src/testing/payload-event.ts";
import { testApp } from "../src/testing/test-app.ts";
import { type Environment, testEnvironment } from "../src/testing/test-environment.ts";
import { apiOf } from "./fixtures/api.ts";

const CALLER = "198.51.100.7";
const FORGED = "192.0.2.66";
const EDGE = "172.68.1.2";
const STRANGER = "203.0.113.9";

const getAddress = defineRoute({
  operationId: "getAddress",
  method: "GET",
  path: "/v1/address",
  summary: "Returns the caller's address.",
  responses: (z) => ({ 200: { description: "It.", schema: z.string() } }),
}).handler(anyone(async ({ clientIp }) => ({ status: 200, body: clientIp })));
const api = apiOf([getAddress]);

/** The caller's address in the function, where the gateway's peer is `peer`. */
async function inLambda(environment: Environment, peer: string, headers: Record<string, string>) {
  const handler = createHandler(api, {
    environment: testEnvironment(api, undefined, { ...environment, RUNTIME: "LAMBDA" }),
  });
  const { "x-forwarded-for": forwarded, ...others } = headers;
  const event = payloadEvent({
    method: "GET",
    path: "/v1/address",
    headers: { ...others, "x-forwarded-for": forwarded ? `${forwarded}, ${peer}` : peer },
  });
  const http = { ...event.requestContext.http, sourceIp: peer };
  const sent: APIGatewayProxyEventV2 = { ...event, requestContext: { ...event.requestContext, http } };
  return JSON.parse(((await handler(sent, lambdaContext())) as HttpResult).body);
}

/** The same behind a load balancer, whose peer is `peer`; its log line must agree. */
async function inContainer(environment: Environment, peer: string, headers: Record<string, string>) {
  const lines: string[] = [];
  const app = testApp(api, {
    environment: { ...environment, TRUSTED_PROXY_HOPS: "1" },
    write: (line) => lines.push(line),
  });
  const { "x-forwarded-for": forwarded, ...others } = headers;
  const { body } = await supertest(app)
    .get("/v1/address")
    .set({ ...others, "x-forwarded-for": forwarded ? `${forwarded}, ${peer}` : peer });
  assert.equal(JSON.parse(lines[0] ?? "").client.sourceIp, body);
  return body;
}

const cdn = { TRUSTED_CDN: "cloudflare" };
const says = (address: string) => ({ "cf-connecting-ip": address, "x-forwarded-for": address });

for (const [name, addressOf] of [
  ["the function", inLambda],
  ["the container behind a load balancer", inContainer],
] as const) {
  describe(`the caller's address, in ${name}`, () => {
    it("is taken from Cloudflare, if the peer is Cloudflare", async () => {
      assert.equal(await addressOf(cdn, EDGE, says(CALLER)), CALLER);
      assert.equal(await addressOf(cdn, "2606:4700::1", says("2001:db8::7")), "2001:db8::7");
    });

    it("is the one that Cloudflare appended, whatever the caller sent", async () => {
      const headers = { "cf-connecting-ip": CALLER, "x-forwarded-for": `${FORGED}, ${CALLER}` };
      assert.equal(await addressOf(cdn, EDGE, headers), CALLER);
    });

    it("is the peer's, if another proxy sends the same header as Cloudflare", async () => {
      assert.equal(await addressOf(cdn, STRANGER, says(FORGED)), STRANGER);
      const forgedEdge = { "cf-connecting-ip": FORGED, "x-forwarded-for": `${FORGED}, ${EDGE}` };
      assert.equal(await addressOf(cdn, STRANGER, forgedEdge), STRANGER);
    });

    it("is the peer's, if no CDN is configured, even if the peer has an address of Cloudflare", async () => {
      assert.equal(await addressOf({}, EDGE, says(FORGED)), EDGE);
    });

    it("is Cloudflare's own, if Cloudflare does not name the caller", async () => {
      assert.equal(await addressOf(cdn, EDGE, {}), EDGE);
    });
  });
}

it("the caller's address has no port, where a load balancer forwards the port too", async () => {
  assert.equal(await inContainer({}, `${STRANGER}:40001`, {}), STRANGER);
  assert.equal(await inContainer({}, "[2001:db8::7]:443", {}), "2001:db8::7");
  assert.equal(await inContainer({}, "2001:db8::7", {}), "2001:db8::7");
  assert.equal(await inContainer(cdn, `${EDGE}:40001`, says(CALLER)), CALLER);
});

describe("Cloudflare's addresses", () => {
  const trust = trustedProxies({ trustedProxyHops: 0, trustedCdn: "cloudflare" });
  assert.ok(typeof trust === "function");

  it("cover each published range, also as IPv4-mapped IPv6 addresses", () => {
    for (const range of CLOUDFLARE_ADDRESSES.ranges) {
      const [network = ""] = range.split("/");
      assert.equal(trust(network.endsWith("::") ? `${network}1` : network, 0), true, range);
    }
    assert.equal(trust(`::ffff:${EDGE}`, 0), true);
  });

  it("do not cover neighbouring addresses, another hop or invalid ones", () => {
    for (const address of ["104.32.0.0", "172.63.255.255", "2606:4701::1", "::ffff:203.0.113.9", "", "edge"])
      assert.equal(trust(address, 0), false, address);
    assert.equal(trust(EDGE, 1), false);
  });
});
