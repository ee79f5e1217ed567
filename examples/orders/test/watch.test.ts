/** Watching an order, in the container. */
import assert from "node:assert/strict";
import { after, it } from "node:test";
import { serverTarget, startTestIssuer } from "@lambda-express-api/kit/testing";
import { gatewayTarget } from "@lambda-express-api/local/testing";
import { startLocalAws } from "../local/aws.ts";
import { seed } from "../local/seed.ts";
import { api } from "../src/api.ts";
import { orderStore } from "../src/orders/order-store.ts";

const [aws, issuer] = await Promise.all([startLocalAws(), startTestIssuer()]);
const { orderId } = await seed(aws, "alice");
const options = { api, issuer, environment: { ...aws.environment, WATCH_INTERVAL_MILLISECONDS: "10" } };
const [server, gateway] = await Promise.all([
  serverTarget(options),
  gatewayTarget({ through: "stage" })(options),
]);
after(async () => {
  await Promise.all([server.close(), gateway.close()]);
  await Promise.all([aws.close(), issuer.close()]);
});

const path = `/v1/orders/${orderId}/events`;

it("sends the state of an order, and each change as it comes, until the caller goes", async () => {
  const caller = new AbortController();
  const { body, headers } = await fetch(server.baseUrl + path, {
    headers: { authorization: issuer.bearer([]) },
    signal: caller.signal,
  });
  assert.equal(headers.get("content-type"), "text/event-stream");
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  const next = async () => (await reader?.read())?.value;
  const event = (status: string) => `event: order\ndata: ${JSON.stringify({ orderId, status })}\n\n`;
  assert.equal(await next(), event("placed"));
  await orderStore(aws.database, "orders").change(orderId, { set: { status: "paid" }, from: ["placed"] });
  assert.equal(await next(), event("paid"));
  caller.abort();
  await assert.rejects(next());
});

it("is refused to other customers, and does not exist behind the gateway, which cannot stream", async () => {
  const headers = { authorization: issuer.bearer([], { sub: "bob" }) };
  assert.equal((await server.request({ method: "GET", path, headers })).status, 404);
  const own = { authorization: issuer.bearer([]) };
  assert.equal((await gateway.request({ method: "GET", path, headers: own })).status, 404);
});
