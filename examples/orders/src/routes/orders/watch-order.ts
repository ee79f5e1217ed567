import { setTimeout } from "node:timers/promises";
import { auth } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";
import type { OrderStore } from "../../orders/order-store.ts";
import { visibleOrder } from "../../orders/visible-order.ts";

export const watchOrder = defineRoute({
  operationId: "watchOrder",
  method: "GET",
  path: "/v1/orders/{orderId}/events",
  summary: "Sends an order's state, and each change to it, as server-sent events.",
  only: "container",
  responses: () => ({
    200: { description: "The states.", contentType: "text/event-stream", stream: "endless" },
  }),
  errors: ["100404"],
}).handler(
  auth(async ({ principal, params: { orderId }, config, services, signal }) => {
    const orders = await services.orders;
    await visibleOrder(orders, principal, orderId);
    return {
      status: 200,
      body: states(orders, orderId, config.settings.WATCH_INTERVAL_MILLISECONDS, signal),
    };
  }),
);

/** Reads the order repeatedly, until it is gone or the caller is. */
async function* states(orders: OrderStore, orderId: string, intervalMs: number, signal: AbortSignal) {
  let seen = 0;
  for (;;) {
    const order = await orders.find(orderId);
    if (!order) return;
    if (order.version > seen)
      yield `event: order\ndata: ${JSON.stringify({ orderId, status: order.status })}\n\n`;
    seen = order.version;
    await setTimeout(intervalMs, undefined, { signal });
  }
}
