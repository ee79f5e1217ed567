/** A first order, with its invoice. */
import { orderStore } from "../src/orders/order-store.ts";
import type { LocalAws } from "./aws.ts";

export async function seed({ database, environment }: LocalAws, customer: string) {
  const orders = orderStore(database, environment.ORDERS_TABLE ?? "");
  const orderId = "00000000-0000-4000-8000-000000000001";
  await orders.add({
    orderId,
    customer,
    createdAt: "2026-11-01T10:00:00.000Z",
    status: "placed",
    lines: [{ article: "teapot", quantity: 1, unitCents: 2500 }],
    totalCents: 2500,
    version: 1,
  });
  await orders.addInvoice(orderId, { name: "Rechnung für Alice.pdf", bytes: Buffer.from("%PDF-1.7 \xff") });
  return { orderId };
}
