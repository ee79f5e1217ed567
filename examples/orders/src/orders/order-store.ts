/**
 * Orders in a table whose partition key is `orderId`, with an index by customer. Each write is conditional,
 * and expired orders count as gone at once: DynamoDB deletes them some time in the next days.
 */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateScan,
  QueryCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { isDone } from "../is-done.ts";
import type { Invoice, Order, OrderStatus, Sales } from "./order.ts";
import { ORDER_INDEX } from "./table-keys.ts";

export interface OrderPage {
  readonly orders: readonly Order[];
  /** Where the next page begins. */
  readonly next?: OrderPlace | undefined;
}

/** A position in a customer's list. */
export interface OrderPlace {
  readonly createdAt: string;
  readonly orderId: string;
}

export interface OrderFilter {
  readonly customer: string;
  readonly status?: OrderStatus | undefined;
  readonly limit: number;
  readonly after?: OrderPlace | undefined;
}

export interface OrderChange {
  readonly set: Partial<Pick<Order, "status" | "note" | "paidAt" | "paidWith">>;
  /** The states that allow the change. */
  readonly from: readonly OrderStatus[];
  /** The version that was read. Default: any. */
  readonly version?: number;
}

const NOT_EXPIRED = "(attribute_not_exists(expiresAt) OR expiresAt > :now)";
const nowSeconds = () => Math.floor(Date.now() / 1000);

export type OrderStore = ReturnType<typeof orderStore>;

export function orderStore(client: DynamoDBClient, TableName: string) {
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const get = async (orderId: string) =>
    (await documents.send(new GetCommand({ TableName, Key: { orderId }, ConsistentRead: true }))).Item;
  /** @returns whether the item was new. */
  const add = (Item: Record<string, unknown>) =>
    isDone(
      documents.send(
        new PutCommand({ TableName, Item, ConditionExpression: "attribute_not_exists(orderId)" }),
      ),
    );

  return {
    add: (order: Order) => add({ ...order }),

    async find(orderId: string): Promise<Order | undefined> {
      const order = (await get(orderId)) as Order | undefined;
      return order?.version === undefined || (order.expiresAt ?? Infinity) <= nowSeconds()
        ? undefined
        : order;
    },

    /**
     * A page may have fewer orders than its limit, and still a next page: the filter applies after the limit.
     */
    async list({ customer, status, limit, after }: OrderFilter): Promise<OrderPage> {
      const { Items = [], LastEvaluatedKey: last } = await documents.send(
        new QueryCommand({
          TableName,
          IndexName: ORDER_INDEX.name,
          KeyConditionExpression: "customer = :customer",
          FilterExpression: `${NOT_EXPIRED}${status ? " AND #status = :status" : ""}`,
          ...(status && { ExpressionAttributeNames: { "#status": "status" } }),
          ExpressionAttributeValues: {
            ":customer": customer,
            ":now": nowSeconds(),
            ...(status && { ":status": status }),
          },
          ScanIndexForward: false,
          Limit: limit,
          ...(after && { ExclusiveStartKey: { customer, ...after } }),
        }),
      );
      return {
        orders: Items as Order[],
        next: last && { createdAt: String(last.createdAt), orderId: String(last.orderId) },
      };
    },

    /**
     * @returns whether the order existed in one of these states and in that version. A paid order no longer
     *   expires.
     */
    change(orderId: string, { set, from, version }: OrderChange): Promise<boolean> {
      const fields = Object.entries(set).filter(([, value]) => value !== undefined);
      const conditions = [
        NOT_EXPIRED,
        `#status IN (${from.map((_, index) => `:from${index}`).join(", ")})`,
        ...(version === undefined ? [] : ["version = :version"]),
      ];
      return isDone(
        documents.send(
          new UpdateCommand({
            TableName,
            Key: { orderId },
            UpdateExpression: `SET ${fields.map(([name]) => `#${name} = :${name}, `).join("")}version = version + :one${
              set.status === "paid" ? " REMOVE expiresAt" : ""
            }`,
            ConditionExpression: conditions.join(" AND "),
            ExpressionAttributeNames: {
              "#status": "status",
              ...Object.fromEntries(fields.map(([name]) => [`#${name}`, name])),
            },
            ExpressionAttributeValues: {
              ":now": nowSeconds(),
              ":one": 1,
              ...(version !== undefined && { ":version": version }),
              ...Object.fromEntries(from.map((status, index) => [`:from${index}`, status])),
              ...Object.fromEntries(fields.map(([name, value]) => [`:${name}`, value])),
            },
          }),
        ),
      );
    },

    /** An order has one invoice, as a separate item that the index does not contain. */
    addInvoice: (orderId: string, { name, bytes }: Invoice) =>
      add({ orderId: `${orderId}#invoice`, name, bytes }),

    async findInvoice(orderId: string): Promise<Invoice | undefined> {
      return (await get(`${orderId}#invoice`)) as Invoice | undefined;
    },

    /** Adds up the orders paid on a day, once: a second run changes nothing. */
    async closeDay(day: string): Promise<Sales & { readonly isNew: boolean }> {
      let [orders, totalCents] = [0, 0];
      const request = {
        TableName,
        FilterExpression: "begins_with(paidAt, :day)",
        ExpressionAttributeValues: { ":day": day },
      };
      for await (const { Items = [] } of paginateScan({ client: documents }, request)) {
        orders += Items.length;
        for (const { totalCents: cents } of Items as Order[]) totalCents += cents;
      }
      return { orders, totalCents, isNew: await add({ orderId: `sales#${day}`, orders, totalCents }) };
    },
  };
}
