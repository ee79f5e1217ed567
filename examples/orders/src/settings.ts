/** This API's settings, in addition to the kit's. */
import { matching, wholeNumber } from "@lambda-express-api/kit";

const table = (what: string, example: string) => ({
  description: `The table that stores ${what}.`,
  rule: "a table name",
  example,
  fromInfra: true as const,
  parse: matching(/^[\w.-]{3,255}$/),
});

export const settings = {
  ORDERS_TABLE: table("orders and their invoices", "orders"),
  API_KEYS_TABLE: table("the warehouses' API keys", "api-keys"),
  SHARED_TABLE: table("limits and idempotency keys", "shared"),
  SHIPMENTS_QUEUE: {
    description: "The queue of paid orders.",
    rule: "a queue URL",
    example: "http://127.0.0.1:1/123456789012/shipments",
    fromInfra: true,
    parse: matching(/^https?:\/\/\S+$/),
  },
  PAYMENT_WEBHOOK_SECRET: {
    description: "The secret with which the payment provider signs its events.",
    rule: "the provider's signing secret",
    example: "whsec_example",
    secret: true,
    parse: matching(/^whsec_\w+$/),
  },
  UNPAID_ORDER_HOURS: {
    description: "How many hours a customer has to pay for an order.",
    rule: "a whole number from 1 to 720",
    default: "48",
    example: "48",
    parse: wholeNumber(1, 720),
  },
  WATCH_INTERVAL_MILLISECONDS: {
    description: "How many milliseconds pass between two reads of a watched order.",
    rule: "a whole number from 10 to 60000",
    default: "1000",
    example: "1000",
    parse: wholeNumber(10, 60_000),
  },
} as const;
