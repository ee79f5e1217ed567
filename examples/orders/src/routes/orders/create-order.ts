import { auth } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";
import type { Order } from "../../orders/order.ts";
import { tagOf } from "../../orders/visible-order.ts";
import { orderBody, orderLines, orderSchema } from "./order-schemas.ts";

export const createOrder = defineRoute({
  operationId: "createOrder",
  method: "POST",
  path: "/v1/orders",
  summary: "Places an order, which the customer then pays.",
  idempotency: "optional",
  request: (z) => ({ body: z.object({ lines: orderLines(z), note: z.string().max(500).optional() }) }),
  responses: (z) => ({ 201: { description: "The order.", schema: orderSchema(z) } }),
}).handler(
  auth(async ({ principal, body, config, services }) => {
    const now = new Date();
    const order: Order = {
      ...body,
      orderId: crypto.randomUUID(),
      customer: principal.subject,
      createdAt: now.toISOString(),
      status: "placed",
      totalCents: body.lines.reduce((sum, { quantity, unitCents }) => sum + quantity * unitCents, 0),
      version: 1,
      expiresAt: Math.floor(now.getTime() / 1000) + config.settings.UNPAID_ORDER_HOURS * 3600,
    };
    await (await services.orders).add(order);
    return { status: 201, body: orderBody(order), headers: { etag: tagOf(order) } };
  }),
);
