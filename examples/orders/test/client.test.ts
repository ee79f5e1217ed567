/** How the typed client in `client` works with this API, in the container and behind the local gateway. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { serverTarget, startTestIssuer, type Target, type TestIssuer } from "@lambda-express-api/kit/testing";
import { gatewayTarget } from "@lambda-express-api/local/testing";
import { listOrders, type Order, ordersClient, payOrder, placeOrder } from "../client/orders.ts";
import { type LocalAws, startLocalAws } from "../local/aws.ts";
import { api } from "../src/api.ts";

const TEAPOT = { lines: [{ article: "teapot", quantity: 2, unitCents: 2500 }] };
const CUP = { lines: [{ article: "cup", quantity: 1, unitCents: 800 }] };

async function idsOf(orders: AsyncIterable<Order>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { orderId } of orders) ids.push(orderId);
  return ids;
}

for (const [where, start] of [
  ["in the container", serverTarget],
  ["in Lambda, behind the local gateway", gatewayTarget({ through: "stage" })],
] as const)
  describe(`the typed client, ${where}`, () => {
    let aws: LocalAws;
    let issuer: TestIssuer;
    let target: Target;
    let onMessage = async () => {};
    before(async () => {
      [aws, issuer] = await Promise.all([startLocalAws(() => onMessage()), startTestIssuer()]);
      target = await start({ api, issuer, environment: aws.environment });
    });
    after(async () => {
      await target.close();
      await Promise.all([aws.close(), issuer.close()]);
    });

    const as = (sub: string) =>
      ordersClient(`${target.baseUrl}`, () => issuer.bearer(undefined, { sub }).replace("Bearer ", ""));
    const placed = async (client: ReturnType<typeof as>): Promise<Order> => {
      const order = await placeOrder(client, TEAPOT, crypto.randomUUID());
      assert.ok(typeof order !== "string", String(order));
      return order;
    };

    it("lists each order once, over several pages", async () => {
      const client = as("alice");
      const orders = [await placed(client), await placed(client), await placed(client)];
      const listed = await idsOf(listOrders(client, 2));
      assert.deepEqual(listed.sort(), orders.map(({ orderId }) => orderId).sort());
    });

    it("places an order once if it is repeated with its key, and refuses another one with the same key", async () => {
      const [client, key] = [as("bob"), crypto.randomUUID()];
      const first = await placeOrder(client, TEAPOT, key);
      assert.deepEqual(await placeOrder(client, TEAPOT, key), first);
      assert.match(String(await placeOrder(client, CUP, key)), /^Your basket has changed/);
      assert.equal((await idsOf(listOrders(client))).length, 1);
    });

    it("names the fields of an order that the API refuses", async () => {
      const message = await placeOrder(as("alice"), { lines: [] }, crypto.randomUUID());
      assert.equal(message, "Please check lines.");
    });

    it("distinguishes a payment in flight from one that is too late, by the codes of status 409", async () => {
      const [client, key] = [as("carol"), crypto.randomUUID()];
      const order = await placed(client);
      const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
      const { promise: released, resolve: release } = Promise.withResolvers<void>();
      onMessage = () => {
        arrive();
        return released;
      };
      const first = payOrder(client, order, key);
      await arrived;
      const during = await payOrder(client, order, key);
      release();
      assert.equal(during, "Your payment is on its way.");
      assert.ok(Date.parse(await first) > 0);
      assert.match(await payOrder(client, order, crypto.randomUUID()), /^This order is not waiting/);
    });

    it("throws for failures that the caller cannot change, with the message that the gateway has too", async () => {
      const stranger = ordersClient(`${target.baseUrl}`, () => "not-a-token");
      const error = { message: "Unauthorized" };
      await assert.rejects(placeOrder(stranger, TEAPOT, crypto.randomUUID()), error);
      await assert.rejects(idsOf(listOrders(stranger)), error);
    });
  });
