import { apiKey } from "@lambda-express-api/kit";
import { ApiError, defineRoute } from "../../api.ts";
import { noSuchOrder } from "../../orders/visible-order.ts";

export const shipOrder = defineRoute({
  operationId: "shipOrder",
  method: "PUT",
  path: "/v1/warehouse/orders/{orderId}/shipment",
  summary: "Marks an order as shipped.",
  responses: () => ({ 204: { description: "The order is shipped." } }),
  errors: ["100404", "100409"],
}).handler(
  apiKey({ scopes: ["shipments:write"] }, async ({ params: { orderId }, services }) => {
    const orders = await services.orders;
    const order = await orders.find(orderId);
    if (!order) throw noSuchOrder(orderId);
    if (!(await orders.change(orderId, { set: { status: "shipped" }, from: ["paid", "packing"] })))
      throw new ApiError("100409", { reason: `The order is ${order.status}` });
    return { status: 204 };
  }),
);
