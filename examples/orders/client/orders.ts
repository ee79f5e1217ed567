/** How a shop's page uses this API. The compiler knows each path, field and error code from `paths.d.ts`. */
import createClient from "openapi-fetch";
import type { components, paths } from "./paths.d.ts";

export type Order = components["schemas"]["Order"];
export type NewOrder = paths["/v1/orders"]["post"]["requestBody"]["content"]["application/json"];
export type OrdersClient = ReturnType<typeof ordersClient>;

/**
 * @param token returns the caller's token, like an identity provider's SDK: it may differ from request to
 *   request.
 */
export function ordersClient(baseUrl: string, token: () => string | Promise<string>) {
  const client = createClient<paths, "application/json">({ baseUrl });
  client.use({
    async onRequest({ request }) {
      request.headers.set("authorization", `Bearer ${await token()}`);
    },
  });
  return client;
}

/** Yields the caller's orders, the newest first, and fetches a page when it is needed. */
export async function* listOrders(client: OrdersClient, pageSize = 50): AsyncGenerator<Order> {
  let cursor: string | undefined;
  do {
    const query = { limit: pageSize, ...(cursor !== undefined && { cursor }) };
    const { data, error } = await client.GET("/v1/orders", { params: { query } });
    if (error) throw new Error(error.message);
    yield* data.orders;
    cursor = data.next;
  } while (cursor !== undefined);
}

/**
 * Places an order once, however often it is sent with its key.
 *
 * @returns the order, or a message for the customer.
 * @throws Error for failures that the customer cannot change.
 */
export async function placeOrder(
  client: OrdersClient,
  order: NewOrder,
  key: string,
): Promise<Order | string> {
  const { data, error } = await client.POST("/v1/orders", {
    params: { header: { "idempotency-key": key } },
    body: order,
  });
  if (!error) return data;
  // API Gateway's own errors have only a message.
  if (!("error" in error)) throw new Error(error.message);
  switch (error.error.code) {
    case "001400":
      return `Please check ${error.error.fields?.map(({ name }) => name).join(", ")}.`;
    case "001409":
      return "Your order is being placed.";
    case "001422":
      return "Your basket has changed since you placed this order.";
    default:
      throw new Error(error.message);
  }
}

/**
 * Pays an order once, however often it is sent with its key. A 409 has two meanings, each with its own code.
 *
 * @returns when it was paid, or a message for the customer.
 * @throws Error for failures that the customer cannot change.
 */
export async function payOrder(client: OrdersClient, order: Order, key: string): Promise<string> {
  const { data, error } = await client.POST("/v1/orders/{orderId}/payments", {
    params: { path: { orderId: order.orderId }, header: { "idempotency-key": key } },
    body: { cents: order.totalCents },
  });
  if (!error) return data.paidAt;
  if (!("error" in error)) throw new Error(error.message);
  switch (error.error.code) {
    case "001409":
      return "Your payment is on its way.";
    case "100409":
      return "This order is not waiting for a payment.";
    default:
      throw new Error(error.message);
  }
}
