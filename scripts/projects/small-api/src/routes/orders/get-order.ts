import { auth } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";

export const getOrder = defineRoute({
  operationId: "getOrder",
  method: "GET",
  path: "/v1/orders/{orderId}",
  summary: "Gets an order.",
  request: (z) => ({ params: z.object({ orderId: z.coerce.number().meta({ example: 7 }) }) }),
  responses: (z) => ({ 200: { description: "The order.", schema: z.object({ orderId: z.number() }) } }),
}).handler(auth({ groups: ["STAFF"] }, async ({ params }) => ({ status: 200, body: params })));
