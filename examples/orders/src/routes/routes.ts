/** Every endpoint of this API. Written by `npm run generate` from the files beside it: never edit it by hand. */
import type { RouteLoaders } from "@lambda-express-api/kit";

export const routes: RouteLoaders = {
  "GET /v1/health": async () => (await import("./manage/get-health.ts")).getHealth,
  "GET /v1/orders": async () => (await import("./orders/list-orders.ts")).listOrders,
  "GET /v1/orders/{orderId}": async () => (await import("./orders/get-order.ts")).getOrder,
  "GET /v1/orders/{orderId}/events": async () => (await import("./orders/watch-order.ts")).watchOrder,
  "GET /v1/orders/{orderId}/invoice": async () => (await import("./orders/get-invoice.ts")).getInvoice,
  "GET /v2/orders/{orderId}": async () => (await import("./orders/get-order-v2.ts")).getOrderV2,
  "PATCH /v1/orders/{orderId}": async () => (await import("./orders/update-order.ts")).updateOrder,
  "POST /v1/auth/token": async () => (await import("./auth/create-token.ts")).createToken,
  "POST /v1/orders": async () => (await import("./orders/create-order.ts")).createOrder,
  "POST /v1/orders/{orderId}/payments": async () => (await import("./orders/pay-order.ts")).payOrder,
  "POST /v1/payments/events": async () =>
    (await import("./payments/receive-payment-event.ts")).receivePaymentEvent,
  "PUT /v1/orders/{orderId}/invoice": async () => (await import("./orders/set-invoice.ts")).setInvoice,
  "PUT /v1/warehouse/orders/{orderId}/shipment": async () =>
    (await import("./warehouse/ship-order.ts")).shipOrder,
};
