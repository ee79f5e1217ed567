import { auth } from "@lambda-express-api/kit";
import { ApiError, defineRoute } from "../../api.ts";
import { tagOf, visibleOrder } from "../../orders/visible-order.ts";
import { orderBody, orderSchema } from "./order-schemas.ts";

export const updateOrder = defineRoute({
  operationId: "updateOrder",
  method: "PATCH",
  path: "/v1/orders/{orderId}",
  summary: "Changes an order's note, unless the order has changed since the caller read it.",
  request: (z) => ({
    headers: z.object({
      "if-match": z
        .string()
        .regex(/^"\d{1,9}"$/)
        .meta({ description: "The `etag` that the caller received with the order.", example: '"1"' }),
    }),
    body: z.object({ note: z.string().max(500) }),
  }),
  responses: (z) => ({ 200: { description: "The order.", schema: orderSchema(z) } }),
  errors: ["100404", "100409", "100412"],
}).handler(
  auth(async ({ principal, params: { orderId }, headers, body, services }) => {
    const orders = await services.orders;
    const order = await visibleOrder(orders, principal, orderId);
    if (order.status !== "placed") throw new ApiError("100409", { reason: `The order is ${order.status}` });
    const version = Number(headers["if-match"].slice(1, -1));
    // Another caller may write between this read and the write: the table decides.
    if (!(await orders.change(orderId, { set: body, from: ["placed"], version })))
      throw new ApiError("100412", { reason: "Read the order again, and send its etag" });
    const changed = { ...order, ...body, version: version + 1 };
    return { status: 200, body: orderBody(changed), headers: { etag: tagOf(changed) } };
  }),
);
