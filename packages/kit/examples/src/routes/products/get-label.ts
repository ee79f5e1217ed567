import { anyone } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";

export const getLabel = defineRoute({
  operationId: "getLabel",
  method: "GET",
  path: "/v1/products/{productId}/label",
  summary: "Downloads a product's label.",
  responses: (z) => ({
    200: { description: "The label.", contentType: "text/csv; charset=utf-8", schema: z.string() },
  }),
}).handler(
  anyone(async ({ params: { productId } }) => ({
    status: 200,
    body: `sku;text\r\n${productId};Grüße\r\n`,
    file: { name: `Etikett für ${productId}.csv` },
  })),
);
