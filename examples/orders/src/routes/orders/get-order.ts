import { auth } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";
import { tagOf, visibleOrder } from "../../orders/visible-order.ts";
import { orderBody, orderSchema } from "./order-schemas.ts";

export const getOrder = defineRoute({
  operationId: "getOrder",
  method: "GET",
  path: "/v1/orders/{orderId}",
  summary: "Gets an order, with its total in cents.",
  deprecated: { since: "2026-09-01", sunset: "2027-03-31", successor: "/v2/orders/{orderId}" },
  etag: true,
  responses: (z) => ({ 200: { description: "The order.", schema: orderSchema(z) } }),
  errors: ["100404"],
}).handler(
  auth(async ({ principal, params: { orderId }, services }) => {
    const order = await visibleOrder(await services.orders, principal, orderId);
    return { status: 200, body: orderBody(order), headers: { etag: tagOf(order) } };
  }),
);
