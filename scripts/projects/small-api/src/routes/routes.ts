/** Every endpoint of this API. Written by `npm run generate` from the files beside it: never edit it by hand. */
import type { RouteLoaders } from "@lambda-express-api/kit";

export const routes: RouteLoaders = {
  "GET /v1/health": async () => (await import("./health/get-health.ts")).getHealth,
  "GET /v1/orders/{orderId}": async () => (await import("./orders/get-order.ts")).getOrder,
};
