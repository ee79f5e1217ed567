import type { Principal } from "@lambda-express-api/kit";
import { ApiError } from "../api.ts";
import { STAFF } from "../groups.ts";
import type { Order } from "./order.ts";
import type { OrderStore } from "./order-store.ts";

/**
 * Returns an order to its customer and to staff. Others get 404, because a 403 would reveal that it exists.
 *
 * @throws ApiError 100404
 */
export async function visibleOrder(orders: OrderStore, { subject, groups }: Principal, orderId: string) {
  const order = await orders.find(orderId);
  if (order && (order.customer === subject || groups.includes(STAFF))) return order;
  throw noSuchOrder(orderId);
}

export function noSuchOrder(orderId: string) {
  return new ApiError("100404", { reason: `There is no order ${orderId}` });
}

/** The entity tag of a version. */
export const tagOf = ({ version }: Pick<Order, "version">) => `"${version}"`;
