import type { Zod } from "@lambda-express-api/kit";
import { ORDER_STATUSES, type Order } from "../../orders/order.ts";

export const orderLines = (z: Zod) =>
  z
    .array(
      z.object({
        article: z.string().min(1).max(100).meta({ example: "teapot" }),
        quantity: z.int().min(1).max(1000),
        unitCents: z.int().min(1).max(10_000_000),
      }),
    )
    .min(1)
    .max(50);

const common = (z: Zod) => ({
  orderId: z.string(),
  customer: z.string(),
  createdAt: z.iso.datetime(),
  status: z.enum(ORDER_STATUSES),
  lines: orderLines(z),
  note: z.string().optional(),
});

/** The first version: the total is a number of cents. */
export const orderSchema = (z: Zod) => z.object({ ...common(z), totalCents: z.int() }).meta({ id: "Order" });

export const orderSchemaV2 = (z: Zod) =>
  z
    .object({ ...common(z), total: z.object({ cents: z.int(), currency: z.literal("EUR") }) })
    .meta({ id: "OrderV2" });

/** An order as callers see it. */
export function orderBody({ orderId, customer, createdAt, status, lines, note, totalCents }: Order) {
  return { orderId, customer, createdAt, status, lines: [...lines], note, totalCents };
}

export function orderBodyV2(order: Order) {
  const { totalCents, ...body } = orderBody(order);
  return { ...body, total: { cents: totalCents, currency: "EUR" as const } };
}
