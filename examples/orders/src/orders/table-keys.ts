/**
 * The keys of the tables, by the settings that name them: `infra.ts` creates the tables on AWS,
 * `local/aws.ts` on your machine.
 */
export const TABLE_KEYS = {
  ORDERS_TABLE: "orderId",
  API_KEYS_TABLE: "prefix",
  SHARED_TABLE: "key",
} as const;

/** A customer's orders, by time. */
export const ORDER_INDEX = { name: "by-customer", hashKey: "customer", rangeKey: "createdAt" } as const;
