import { auth } from "@lambda-express-api/kit";
import { ApiError, defineRoute } from "../../api.ts";
import { STAFF } from "../../groups.ts";
import { visibleOrder } from "../../orders/visible-order.ts";

/** A DynamoDB item has at most 400 KB. */
const LIMIT_BYTES = 300_000;

export const setInvoice = defineRoute({
  operationId: "setInvoice",
  method: "PUT",
  path: "/v1/orders/{orderId}/invoice",
  summary: "Uploads an order's invoice, which must be a PDF.",
  consumes: ["multipart/form-data"],
  bodyLimitBytes: LIMIT_BYTES + 10_000,
  request: (z) => ({
    body: z.object({ invoice: z.file().max(LIMIT_BYTES).mime(["application/pdf"]) }),
  }),
  responses: () => ({ 204: { description: "The invoice is stored." } }),
  errors: ["100404", "100409", "001400"],
}).handler(
  auth({ groups: [STAFF] }, async ({ principal, params: { orderId }, body: { invoice }, services }) => {
    const orders = await services.orders;
    await visibleOrder(orders, principal, orderId);
    const bytes = new Uint8Array(await invoice.arrayBuffer());
    // The caller's content type is only a claim; this checks the file itself.
    if (!Buffer.from(bytes.subarray(0, 5)).equals(Buffer.from("%PDF-"))) {
      const message = "is not a PDF";
      throw new ApiError("001400", {
        reason: `The invoice ${message}`,
        fields: [{ in: "body", name: "invoice", message }],
      });
    }
    if (!(await orders.addInvoice(orderId, { name: invoice.name, bytes })))
      throw new ApiError("100409", { reason: "The order already has an invoice" });
    return { status: 204 };
  }),
);
