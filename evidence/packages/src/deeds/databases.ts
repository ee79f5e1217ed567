import { row } from "../row.ts";

const host = "127.0.0.1";

export const databases = {
  pg: row(
    () => import("pg"),
    async ({ default: pg, Client }, { postgres }) => {
      if (pg.Client !== Client) throw new Error("There are two clients");
      const client = new Client({
        host,
        port: postgres,
        user: "user",
        password: "password",
        database: "shop",
      });
      await client.connect();
      const { rows } = await client.query("select 1 as one");
      await client.end();
      return rows;
    },
  ),
  mysql2: row(
    () => import("mysql2"),
    async ({ createConnection }, { mysql }) => {
      const connection = createConnection({ host, port: mysql, user: "user", password: "password" });
      const [rows] = await connection.promise().query("select 1 as one");
      connection.destroy();
      return rows;
    },
  ),
  mongodb: row(
    () => import("mongodb"),
    async ({ MongoClient, ObjectId }, { mongodb }) => {
      const client = new MongoClient(`mongodb://${host}:${mongodb}`, {
        serverApi: "1",
        directConnection: true,
      });
      const orders = await client.db("shop").collection("orders").find().toArray();
      await client.close(true);
      return [orders, new ObjectId("0123456789abcdef01234567").toHexString(), MongoClient.name];
    },
  ),
  ioredis: row(
    () => import("ioredis"),
    async ({ default: exported, Redis, Cluster }, { redis }) => {
      const client = new exported.default(redis, host);
      await client.set("key", "value");
      const value = await client.get("key");
      client.disconnect();
      return [value, Redis.name, Cluster.name];
    },
  ),
  redis: row(
    () => import("redis"),
    async ({ createClient }, { redis }) => {
      const client = createClient({ url: `redis://${host}:${redis}` });
      await client.connect();
      await client.set("key", "value");
      const value = await client.get("key");
      client.destroy();
      return value;
    },
  ),
};
