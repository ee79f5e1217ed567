import { anyone } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";
import { products } from "./products.ts";

export const goToNewest = defineRoute({
  operationId: "goToNewest",
  method: "GET",
  path: "/v1/products/newest",
  summary: "Redirects to the newest product's label.",
  responses: () => ({ 302: { description: "A redirect to the label." } }),
}).handler(
  anyone(async ({ basePath }) => ({
    status: 302,
    headers: { location: `${basePath}/v1/products/${products.at(-1)?.sku}/label` },
  })),
);
