/** `node client/main.ts URL`: places an order, pays it, and finds it in the list, as a customer. */
import createClient from "openapi-fetch";
import { listOrders, ordersClient, payOrder, placeOrder } from "./orders.ts";
import type { paths } from "./paths.d.ts";

const [baseUrl = "http://localhost:3000"] = process.argv.slice(2);

/** For the accounts on this machine. Elsewhere the identity provider's SDK signs in. */
const { data: session, error } = await createClient<paths, "application/json">({ baseUrl }).POST(
  "/v1/auth/token",
  {
    body: { username: "alice@example.com", password: "not-secret" },
    headers: { "content-type": "application/x-www-form-urlencoded" },
  },
);
if (error) throw new Error(error.message);

const client = ordersClient(baseUrl, () => session.access_token);
const teapots = { lines: [{ article: "teapot", quantity: 2, unitCents: 2500 }] };
const cup = { lines: [{ article: "cup", quantity: 1, unitCents: 800 }] };
const key = crypto.randomUUID();

const order = await placeOrder(client, teapots, key);
if (typeof order === "string") throw new Error(order);
console.log(`Placed for ${order.totalCents} cents.`);
console.log(await placeOrder(client, cup, key));

await payOrder(client, order, crypto.randomUUID());
console.log(await payOrder(client, order, crypto.randomUUID()));

for await (const { orderId } of listOrders(client)) if (orderId === order.orderId) console.log("Listed.");
