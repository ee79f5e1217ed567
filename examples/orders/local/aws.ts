/** The API's AWS services in this process: DynamoDB by dynalite, and a stub of SQS that keeps messages. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { GROUPS_CLAIM } from "../src/groups.ts";
import { ORDER_INDEX, TABLE_KEYS } from "../src/orders/table-keys.ts";

export interface LocalAws {
  /** For the API, and for the AWS SDK, which reads endpoints and credentials there. */
  readonly environment: Readonly<Record<string, string>>;
  readonly database: DynamoDBClient;
  /** The bodies of the messages in the queue. */
  readonly messages: string[];
  close(): Promise<void>;
}

/**
 * @param onMessage receives each message before its sender gets an answer; if it throws, the queue counts as
 *   down.
 */
export async function startLocalAws(onMessage: (body: string) => unknown = () => {}): Promise<LocalAws> {
  const messages: string[] = [];
  const queue = createServer(async (request, response) => {
    const { MessageBody } = JSON.parse(Buffer.concat(await request.toArray()).toString());
    response.setHeader("content-type", "application/x-amz-json-1.0");
    try {
      await onMessage(MessageBody);
    } catch {
      response.writeHead(500).end("{}");
      return;
    }
    messages.push(MessageBody);
    const MD5OfMessageBody = createHash("md5").update(MessageBody).digest("hex");
    response.end(JSON.stringify({ MessageId: crypto.randomUUID(), MD5OfMessageBody }));
  });
  const tables = dynalite({ createTableMs: 0 });
  const [queueUrl, tablesUrl] = [await listen(queue), await listen(tables)];
  const environment = {
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_MAX_ATTEMPTS: "1",
    AWS_ENDPOINT_URL_DYNAMODB: tablesUrl,
    AWS_ENDPOINT_URL_SQS: queueUrl,
    SHIPMENTS_QUEUE: `${queueUrl}/123456789012/shipments`,
    ORDERS_TABLE: "orders",
    API_KEYS_TABLE: "api-keys",
    SHARED_TABLE: "shared",
    JWT_AUTHORIZATION_GROUPS_ATTR_NAME: GROUPS_CLAIM,
  };
  Object.assign(process.env, environment);
  const database = new DynamoDBClient({});
  for (const [table, key] of Object.entries(TABLE_KEYS))
    await database.send(
      new CreateTableCommand(definition(environment[table as keyof typeof TABLE_KEYS], key)),
    );
  return {
    environment,
    database,
    messages,
    async close() {
      database.destroy();
      await Promise.all([queue, tables].map(stop));
    },
  };
}

function definition(TableName: string, key: string): CreateTableCommandInput {
  const { name, hashKey, rangeKey } = ORDER_INDEX;
  const hasIndex = key === TABLE_KEYS.ORDERS_TABLE;
  const attributes = hasIndex ? [key, hashKey, rangeKey] : [key];
  return {
    TableName,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
    KeySchema: [{ AttributeName: key, KeyType: "HASH" }],
    ...(hasIndex && {
      GlobalSecondaryIndexes: [
        {
          IndexName: name,
          KeySchema: [
            { AttributeName: hashKey, KeyType: "HASH" },
            { AttributeName: rangeKey, KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "ALL" },
        },
      ],
    }),
  };
}

async function listen(server: Server): Promise<string> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function stop(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
