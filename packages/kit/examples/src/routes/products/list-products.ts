import { anyone } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";
import { products } from "./products.ts";

export const listProducts = defineRoute({
  operationId: "listProducts",
  method: "GET",
  path: "/v1/products",
  summary: "Lists products.",
  cacheControl: "public, max-age=60",
  etag: true,
  commaSeparated: ["sort"],
  request: (z) => ({
    query: z.object({
      tag: z.array(z.string()).default([]),
      "sku[]": z.array(z.string()).default([]),
      sort: z.array(z.enum(["sku", "price"])).default(["sku"]),
    }),
  }),
  responses: (z) => ({
    200: {
      description: "The products.",
      schema: z.array(z.object({ sku: z.string(), price: z.number(), tags: z.array(z.string()) })),
    },
  }),
}).handler(
  anyone(async ({ query: { tag, "sku[]": skus, sort } }) => {
    const found = products
      .filter(({ tags }) => tag.every((wanted) => tags.includes(wanted)))
      .filter(({ sku }) => skus.length === 0 || skus.includes(sku));
    const bySort = sort
      .toReversed()
      .reduce(
        (list, field) => list.toSorted((a, b) => (a[field] < b[field] ? -1 : Number(a[field] > b[field]))),
        found,
      );
    return { status: 200, body: bySort };
  }),
);
