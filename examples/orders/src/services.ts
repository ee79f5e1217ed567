/**
 * What endpoints and jobs share. The AWS SDK finds region, credentials and, on your machine, endpoints in the
 * environment. It is imported where a service is created: every cold start loads this file, and few need the SDK.
 */
import { service } from "@lambda-express-api/kit";
import { settings } from "./settings.ts";

const database = service({
  create: async () => {
    const { DynamoDBClient } = await import("@aws-sdk/client-dynamodb");
    return new DynamoDBClient({});
  },
  close: (client) => client.destroy(),
});

const orders = service({
  settings,
  create: async ({ config, use }) => {
    const { orderStore } = await import("./orders/order-store.ts");
    return orderStore(await use(database), config.settings.ORDERS_TABLE);
  },
});

/** The kit looks up API keys here. */
const apiKeys = service({
  settings,
  create: async ({ config, use }) => {
    const { apiKeyStore } = await import("./api-key-store.ts");
    return apiKeyStore(await use(database), config.settings.API_KEYS_TABLE);
  },
});

/** The kit stores rate limits and idempotency keys here. */
const sharedStore = service({
  settings,
  create: async ({ config, use }) => {
    const { dynamoStore } = await import("@lambda-express-api/kit/shared-store/dynamo-store.ts");
    return dynamoStore({ tableName: config.settings.SHARED_TABLE, client: await use(database) });
  },
});

/** Sends a paid order to the warehouse's queue. Only an endpoint that pays loads the queue's SDK. */
const shipments = service({
  settings,
  create: async ({ config }) => {
    const { SendMessageCommand, SQSClient } = await import("@aws-sdk/client-sqs");
    const client = new SQSClient({});
    return {
      announce: async (orderId: string) => {
        const message = {
          QueueUrl: config.settings.SHIPMENTS_QUEUE,
          MessageBody: JSON.stringify({ orderId }),
        };
        await client.send(new SendMessageCommand(message));
      },
      close: () => client.destroy(),
    };
  },
  close: ({ close }) => close(),
});

export const services = { database, orders, apiKeys, sharedStore, shipments };
