/** The functions that the queue and the schedule start, with a table in this process. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { testEnvironment } from "@lambda-express-api/kit/testing";
import { type LocalAws, startLocalAws } from "../local/aws.ts";
import { api } from "../src/api.ts";
import type { Order } from "../src/orders/order.ts";
import { orderStore } from "../src/orders/order-store.ts";

const CONTEXT = { awsRequestId: "5d62250b-a564-40b8-ae48-49310922026b" };

let aws: LocalAws;
before(async () => {
  aws = await startLocalAws();
  // A job reads its settings when it is loaded, as in Lambda.
  Object.assign(process.env, testEnvironment(api), aws.environment, { RUNTIME: "LAMBDA" });
});
after(() => aws.close());

async function add(change: Partial<Order>): Promise<string> {
  const order: Order = {
    orderId: crypto.randomUUID(),
    customer: "alice",
    createdAt: "2026-11-01T10:00:00.000Z",
    status: "placed",
    lines: [],
    totalCents: 1000,
    version: 1,
    ...change,
  };
  await orderStore(aws.database, "orders").add(order);
  return order.orderId;
}

it("a message has a paid order packed, and changes nothing when it is repeated", async () => {
  const { handler } = await import("../src/jobs/pack-orders.ts");
  const [paid, refunded] = [await add({ status: "paid" }), await add({ status: "refunded" })];
  const Records = [paid, refunded, paid].map((orderId) => ({ body: JSON.stringify({ orderId }) }));
  await handler({ Records }, CONTEXT);
  const orders = orderStore(aws.database, "orders");
  const [packed, kept] = [await orders.find(paid), await orders.find(refunded)];
  assert.deepEqual([packed?.status, packed?.version], ["packing", 2]);
  assert.deepEqual([kept?.status, kept?.version], ["refunded", 1]);
});

it("an invalid message fails, so that the queue delivers it again, and then keeps it for inspection", async () => {
  const { handler } = await import("../src/jobs/pack-orders.ts");
  await assert.rejects(handler({ Records: [{ body: "hello" }] }, CONTEXT), SyntaxError);
});

it("the nightly job adds up what was paid the day before, and a second run changes nothing", async () => {
  const { handler } = await import("../src/jobs/close-day.ts");
  const yesterday = new Date(Date.now() - 86_400_000).toISOString();
  await add({ status: "shipped", paidAt: yesterday });
  await add({ status: "paid", paidAt: yesterday, totalCents: 500 });
  await add({ status: "paid", paidAt: "2026-01-01T00:00:00.000Z" });
  assert.deepEqual(await handler({}, CONTEXT), { orders: 2, totalCents: 1500, isNew: true });
  assert.deepEqual(await handler({}, CONTEXT), { orders: 2, totalCents: 1500, isNew: false });
});
