import { auth, rateLimit } from "@lambda-express-api/kit";
import { ApiError, defineRoute } from "../../api.ts";
import { visibleOrder } from "../../orders/visible-order.ts";

export const payOrder = defineRoute({
  operationId: "payOrder",
  method: "POST",
  path: "/v1/orders/{orderId}/payments",
  summary: "Pays an order, once.",
  idempotency: "required",
  use: [rateLimit({ name: "payments", limit: 30, windowSeconds: 60 })],
  request: (z) => ({
    headers: z.object({ "idempotency-key": z.string() }),
    body: z.object({ cents: z.int().min(1) }),
  }),
  responses: (z) => ({
    201: {
      description: "The order is paid.",
      schema: z.object({ orderId: z.string(), paidAt: z.iso.datetime(), cents: z.int() }),
    },
  }),
  errors: ["100404", "100409"],
}).handler(
  auth(async ({ principal, params: { orderId }, headers, body: { cents }, services }) => {
    const orders = await services.orders;
    const order = await visibleOrder(orders, principal, orderId);
    if (cents !== order.totalCents)
      throw new ApiError("100409", { reason: `The order costs ${order.totalCents} cents` });
    const paidWith = headers["idempotency-key"];
    const paidAt = new Date().toISOString();
    const isPaid = await orders.change(orderId, {
      set: { status: "paid", paidAt, paidWith },
      from: ["placed"],
    });
    // If an attempt breaks off here, the caller has no answer and the queue no message: the next attempt
    // sends it.
    if (!isPaid && (order.status !== "paid" || order.paidWith !== paidWith))
      throw new ApiError("100409", { reason: "The order does not wait for a payment" });
    await (await services.shipments).announce(orderId);
    return { status: 201, body: { orderId, paidAt: (isPaid ? undefined : order.paidAt) ?? paidAt, cents } };
  }),
);
