import { auth } from "@lambda-express-api/kit";
import { ApiError, defineRoute } from "../../api.ts";
import { visibleOrder } from "../../orders/visible-order.ts";

export const getInvoice = defineRoute({
  operationId: "getInvoice",
  method: "GET",
  path: "/v1/orders/{orderId}/invoice",
  summary: "Downloads an order's invoice.",
  responses: (z) => ({
    200: {
      description: "The invoice.",
      contentType: "application/pdf",
      schema: z.instanceof(Uint8Array<ArrayBufferLike>).meta({ type: "string", format: "binary" }),
    },
  }),
  errors: ["100404"],
}).handler(
  auth(async ({ principal, params: { orderId }, services }) => {
    const orders = await services.orders;
    await visibleOrder(orders, principal, orderId);
    const invoice = await orders.findInvoice(orderId);
    if (!invoice) throw new ApiError("100404", { reason: "The order has no invoice yet" });
    return { status: 200, body: invoice.bytes, file: { name: invoice.name } };
  }),
);
