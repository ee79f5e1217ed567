/**
 * The cursor of a list: opaque to callers, and never trusted. It is a position in the caller's own list, and
 * does not say whose list.
 */
import { ApiError } from "../../api.ts";
import type { OrderPlace } from "../../orders/order-store.ts";

export function cursorOf({ createdAt, orderId }: OrderPlace): string {
  return Buffer.from(`${createdAt} ${orderId}`).toString("base64url");
}

/** @throws ApiError 001400 for a cursor that this API has not made. */
export function placeOf(cursor: string): OrderPlace {
  const [, createdAt, orderId] =
    /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ([\da-f-]{36})$/.exec(Buffer.from(cursor, "base64url").toString()) ?? [];
  if (createdAt === undefined || orderId === undefined) {
    const message = "is not the next of a page before";
    throw new ApiError("001400", {
      reason: `The cursor ${message}`,
      fields: [{ in: "query", name: "cursor", message }],
    });
  }
  return { createdAt, orderId };
}
