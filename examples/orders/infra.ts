/// <reference path="../../.sst/platform/config.d.ts" />
/** The AWS resources of the API besides itself: three tables, a queue, and the jobs. */
import type { OwnInfra } from "@lambda-express-api/infra/components/index.ts";
import { ORDER_INDEX, TABLE_KEYS } from "./src/orders/table-keys.ts";

const READ_AND_WRITE = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"];

/** Not linked: a link would allow every operation on a table. */
export function ownInfra(): OwnInfra {
  const { name, hashKey, rangeKey } = ORDER_INDEX;
  const orders = new sst.aws.Dynamo("Orders", {
    fields: { [TABLE_KEYS.ORDERS_TABLE]: "string", [hashKey]: "string", [rangeKey]: "string" },
    primaryIndex: { hashKey: TABLE_KEYS.ORDERS_TABLE },
    globalIndexes: { [name]: { hashKey, rangeKey } },
    ttl: "expiresAt",
  });
  const apiKeys = new sst.aws.Dynamo("ApiKeys", {
    fields: { [TABLE_KEYS.API_KEYS_TABLE]: "string" },
    primaryIndex: { hashKey: TABLE_KEYS.API_KEYS_TABLE },
  });
  const shared = new sst.aws.Dynamo("Shared", {
    fields: { [TABLE_KEYS.SHARED_TABLE]: "string" },
    primaryIndex: { hashKey: TABLE_KEYS.SHARED_TABLE },
    ttl: "expire",
  });
  const undelivered = new sst.aws.Queue("Undelivered");
  const shipments = new sst.aws.Queue("Shipments", { dlq: undelivered.arn });

  return {
    permissions: [
      { actions: READ_AND_WRITE, resources: [orders.arn] },
      { actions: ["dynamodb:Query"], resources: [$interpolate`${orders.arn}/index/${name}`] },
      { actions: ["dynamodb:GetItem"], resources: [apiKeys.arn] },
      { actions: [...READ_AND_WRITE, "dynamodb:DeleteItem"], resources: [shared.arn] },
      { actions: ["sqs:SendMessage"], resources: [shipments.arn] },
    ],
    environment: {
      ORDERS_TABLE: orders.name,
      API_KEYS_TABLE: apiKeys.name,
      SHARED_TABLE: shared.name,
      SHIPMENTS_QUEUE: shipments.url,
    },
    jobs: (api) => {
      const pack = [{ actions: ["dynamodb:UpdateItem"], resources: [orders.arn] }];
      shipments.subscribe(api.job("pack-orders", { permissions: pack }));
      const close = [{ actions: ["dynamodb:Scan", "dynamodb:PutItem"], resources: [orders.arn] }];
      new sst.aws.CronV2("Nightly", {
        schedule: "cron(10 0 * * ? *)",
        function: api.job("close-day", { permissions: close }),
      });
    },
  };
}
