import { auth } from "@lambda-express-api/kit";
import { ApiError, defineRoute } from "../../api.ts";

export const getOrder = defineRoute({
  operationId: "getOrder",
  method: "GET",
  path: "/v1/orders/{orderId}",
  summary: "Gets an order.",
  responses: (z) => ({
    200: { description: "The order.", schema: z.object({ orderId: z.string(), total: z.number() }) },
  }),
  errors: ["001404"],
  use: [
    (_request, response, next) => {
      response.setHeader("x-orders", "1");
      next();
    },
  ],
}).handler(
  auth({ groups: ["USERS"] }, async ({ params: { orderId }, services }) => {
    const database = await services.database;
    const { rows } = await database.query<{ total: number }>("select total from orders where id = $1", [
      orderId,
    ]);
    const [order] = rows;
    if (!order) throw new ApiError("001404", { reason: "There is no such order" });
    return { status: 200, body: { orderId, total: order.total } };
  }),
);
