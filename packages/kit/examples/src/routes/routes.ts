import type { RouteLoaders } from "@lambda-express-api/kit";

export const routes: RouteLoaders = {
  "POST /v1/payments/events": async () =>
    (await import("./payments/receive-payment-event.ts")).receivePaymentEvent,
  "GET /v1/products": async () => (await import("./products/list-products.ts")).listProducts,
  "POST /v1/products/import": async () => (await import("./products/import-products.ts")).importProducts,
  "GET /v1/products/export": async () => (await import("./products/export-products.ts")).exportProducts,
  "GET /v1/products/prices": async () => (await import("./products/watch-prices.ts")).watchPrices,
  "GET /v1/products/newest": async () => (await import("./products/go-to-newest.ts")).goToNewest,
  "GET /v1/products/{productId}/label": async () => (await import("./products/get-label.ts")).getLabel,
  "PUT /v1/products/{productId}/photo": async () => (await import("./products/set-photo.ts")).setPhoto,
  "GET /v1/session": async () => (await import("./session/get-session.ts")).getSession,
  "POST /v1/session": async () => (await import("./session/start-session.ts")).startSession,
  "DELETE /v1/session": async () => (await import("./session/end-session.ts")).endSession,
};
