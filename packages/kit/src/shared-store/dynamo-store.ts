/**
 * A store in a DynamoDB table. Only importers of this file load the SDK, `@aws-sdk/client-dynamodb`, which
 * the API installs.
 */
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  type GetItemCommandInput,
  PutItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import type { SharedStore } from "./shared-store.ts";

export interface DynamoStoreOptions {
  /**
   * Its partition key is the string `key`. Its TTL attribute is `expire`, which only frees space: expired
   * items are ignored anyway.
   */
  readonly tableName: string;
  /** Default: a client with the region and credentials that the SDK finds. */
  readonly client?: DynamoDBClient;
}

/**
 * Makes the store. All writes are conditional, so that only one of several processes gets a key.
 *
 * Needs `dynamodb:GetItem`, `dynamodb:PutItem`, `dynamodb:UpdateItem` and `dynamodb:DeleteItem` on the table.
 *
 * @example
 * const sharedStore = service({
 *   settings,
 *   create: ({ config }) => dynamoStore({ tableName: config.settings.SHARED_TABLE }),
 * });
 */
export function dynamoStore({
  tableName: TableName,
  client = new DynamoDBClient({}),
}: DynamoStoreOptions): SharedStore {
  const itemOf = (key: string) => ({ TableName, Key: { key: { S: `idempotency:${key}` } } });

  return {
    async limiterOf({ name, limit, windowSeconds }) {
      const { RateLimiterDynamo } = await import("rate-limiter-flexible");
      return new RateLimiterDynamo({
        // The operations of the SDK's full client that it calls.
        storeClient: {
          updateItem: (input: UpdateItemCommandInput) => client.send(new UpdateItemCommand(input)),
          getItem: (input: GetItemCommandInput) => client.send(new GetItemCommand(input)),
        },
        tableName: TableName,
        tableCreated: true,
        ttlSet: true,
        keyPrefix: `limit:${name}`,
        points: limit,
        duration: windowSeconds,
      });
    },

    async take(key, { token, fingerprint, deadline }) {
      const { Key } = itemOf(key);
      const isTaken = await isDone(
        client.send(
          new PutItemCommand({
            TableName,
            Item: {
              ...Key,
              token: { S: token },
              fingerprint: { S: fingerprint },
              expire: secondsOf(deadline),
            },
            ConditionExpression: "attribute_not_exists(#key) OR #expire <= :now",
            ExpressionAttributeNames: { "#key": "key", "#expire": "expire" },
            ExpressionAttributeValues: { ":now": { N: String(Date.now() / 1000) } },
          }),
        ),
      );
      if (isTaken) return undefined;
      const { Item } = await client.send(new GetItemCommand({ ...itemOf(key), ConsistentRead: true }));
      // Freed in between: the caller tries again.
      return { fingerprint: Item?.fingerprint?.S ?? fingerprint, answer: Item?.answer?.S };
    },

    async keep(key, token, answer, expiresAt) {
      return isDone(
        client.send(
          new UpdateItemCommand({
            ...itemOf(key),
            UpdateExpression: "SET answer = :answer, #expire = :expire",
            ConditionExpression: "#token = :token",
            ExpressionAttributeNames: { "#token": "token", "#expire": "expire" },
            ExpressionAttributeValues: {
              ":answer": { S: answer },
              ":token": { S: token },
              ":expire": secondsOf(expiresAt),
            },
          }),
        ),
      );
    },

    async release(key, token) {
      await isDone(
        client.send(
          new DeleteItemCommand({
            ...itemOf(key),
            ConditionExpression: "#token = :token",
            ExpressionAttributeNames: { "#token": "token" },
            ExpressionAttributeValues: { ":token": { S: token } },
          }),
        ),
      );
    },
  };
}

/** Whole seconds, as TTL demands. */
function secondsOf(milliseconds: number) {
  return { N: String(Math.ceil(milliseconds / 1000)) };
}

/** Whether the condition of a write was met. */
async function isDone(writing: Promise<unknown>): Promise<boolean> {
  try {
    await writing;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
