/** The API keys, in a table whose partition key is `prefix`. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  ScanCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import type { ApiKeyStore, StoredApiKey } from "@lambda-express-api/kit";
import { isDone } from "./is-done.ts";

export function apiKeyStore(client: DynamoDBClient, TableName: string): Required<ApiKeyStore> {
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  return {
    async find(prefix) {
      const { Item } = await documents.send(new GetCommand({ TableName, Key: { prefix } }));
      return Item as StoredApiKey | undefined;
    },
    async add(key) {
      const ConditionExpression = "attribute_not_exists(prefix)";
      await documents.send(new PutCommand({ TableName, Item: key, ConditionExpression }));
    },
    async list() {
      const { Items = [] } = await documents.send(new ScanCommand({ TableName }));
      return Items as StoredApiKey[];
    },
    revoke: (prefix, revokedAt) =>
      isDone(
        documents.send(
          new UpdateCommand({
            TableName,
            Key: { prefix },
            UpdateExpression: "SET revokedAt = :revokedAt",
            ConditionExpression: "attribute_exists(prefix)",
            ExpressionAttributeValues: { ":revokedAt": revokedAt },
          }),
        ),
      ),
  };
}
