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
  request: (z) => ({ body: z.object({ cents: z.int().min(1) }) }),
  responses: (z) => ({
    201: {
      description: "The order is paid.",
      schema: z.object({ orderId: z.string(), paidAt: z.iso.datetime(), cents: z.int() }),
    },
  }),
  errors: ["100404", "100409"],
}).handler(
  auth(async ({ principal, params: { orderId }, body: { cents }, services }) => {
    const orders = await services.orders;
    const { totalCents } = await visibleOrder(orders, principal, orderId);
    if (cents !== totalCents) throw new ApiError("100409", { reason: `The order costs ${totalCents} cents` });
    const paidAt = new Date().toISOString();
    if (!(await orders.change(orderId, { set: { status: "paid", paidAt }, from: ["placed"] })))
      throw new ApiError("100409", { reason: "The order does not wait for a payment" });
    await (await services.shipments).announce(orderId);
    return { status: 201, body: { orderId, paidAt, cents } };
  }),
);
