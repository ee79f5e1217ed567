import { auth } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";
import { tagOf, visibleOrder } from "../../orders/visible-order.ts";
import { orderBodyV2, orderSchemaV2 } from "./order-schemas.ts";

export const getOrderV2 = defineRoute({
  operationId: "getOrderV2",
  method: "GET",
  path: "/v2/orders/{orderId}",
  summary: "Gets an order.",
  etag: true,
  responses: (z) => ({ 200: { description: "The order.", schema: orderSchemaV2(z) } }),
  errors: ["100404"],
}).handler(
  auth(async ({ principal, params: { orderId }, services }) => {
    const order = await visibleOrder(await services.orders, principal, orderId);
    return { status: 200, body: orderBodyV2(order), headers: { etag: tagOf(order) } };
  }),
);
