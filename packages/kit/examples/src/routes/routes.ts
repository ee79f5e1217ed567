import type { RouteLoaders } from "@lambda-express-api/kit";

export const routes: RouteLoaders = {
  "POST /v1/payments/events": async () =>
    (await import("./payments/receive-payment-event.ts")).receivePaymentEvent,
  "POST /v1/products/import": async () => (await import("./products/import-products.ts")).importProducts,
  "PUT /v1/products/{productId}/photo": async () => (await import("./products/set-photo.ts")).setPhoto,
};
