import { anyone } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";
import { products } from "./products.ts";

export const exportProducts = defineRoute({
  operationId: "exportProducts",
  method: "GET",
  path: "/v1/products/export",
  summary: "Exports products, one per line, repeated as often as requested.",
  request: (z) => ({ query: z.object({ copies: z.int().min(1).max(1_000_000).default(1) }) }),
  responses: () => ({
    200: { description: "The products.", contentType: "text/csv; charset=utf-8", stream: "finite" },
  }),
}).handler(anyone(async ({ query }) => ({ status: 200, body: lines(query.copies) })));

async function* lines(copies: number) {
  yield "sku;price\r\n";
  for (let copy = 0; copy < copies; copy += 1)
    for (const { sku, price } of products) yield `${sku};${price}\r\n`;
}
