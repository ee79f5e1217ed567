import { auth } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";
import { STAFF } from "../../groups.ts";
import { ORDER_STATUSES } from "../../orders/order.ts";
import { cursorOf, placeOf } from "./cursor.ts";
import { orderBody, orderSchema } from "./order-schemas.ts";

export const listOrders = defineRoute({
  operationId: "listOrders",
  method: "GET",
  path: "/v1/orders",
  summary: "Lists the caller's orders, newest first.",
  description: `Members of ${STAFF} can use \`customer\` to list any customer's orders. A page may contain fewer orders than \`limit\`; continue as long as the response contains \`next\`.`,
  request: (z) => ({
    query: z.object({
      status: z.enum(ORDER_STATUSES).optional(),
      customer: z.string().min(1).max(255).optional(),
      limit: z.int().min(1).max(100).default(20),
      cursor: z
        .string()
        .max(400)
        .optional()
        .meta({ description: "The `next` value from the previous page." }),
    }),
  }),
  responses: (z) => ({
    200: {
      description: "A page of orders.",
      schema: z.object({ orders: z.array(orderSchema(z)), next: z.string().optional() }),
    },
  }),
}).handler(
  auth(async ({ principal, query: { status, customer, limit, cursor }, services }) => {
    const isStaff = principal.groups.includes(STAFF);
    const { orders, next } = await (await services.orders).list({
      // Other callers get their own orders, whatever they ask for.
      customer: (isStaff && customer) || principal.subject,
      status,
      limit,
      after: cursor === undefined ? undefined : placeOf(cursor),
    });
    return { status: 200, body: { orders: orders.map(orderBody), next: next && cursorOf(next) } };
  }),
);
