import { auth } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";

export const importProducts = defineRoute({
  operationId: "importProducts",
  method: "POST",
  path: "/v1/products/import",
  summary: "Imports products, one per line.",
  consumes: ["application/x-ndjson"],
  request: (z) => ({ body: z.array(z.object({ sku: z.string(), price: z.number() })).max(10_000) }),
  responses: (z) => ({
    200: { description: "The number of imported products.", schema: z.object({ imported: z.int() }) },
  }),
}).handler(
  auth({ groups: ["STAFF"] }, async ({ body }) => ({ status: 200, body: { imported: body.length } })),
);
