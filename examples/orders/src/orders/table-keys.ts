/** The keys of the tables, by the settings that name them: `infra.ts` makes the tables at AWS, `local/aws.ts` on your machine. */
export const TABLE_KEYS = {
  ORDERS_TABLE: "orderId",
  API_KEYS_TABLE: "prefix",
  SHARED_TABLE: "key",
} as const;

/** The orders of a customer, by time. */
export const ORDER_INDEX = { name: "by-customer", hashKey: "customer", rangeKey: "createdAt" } as const;
