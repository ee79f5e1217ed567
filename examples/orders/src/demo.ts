/** The demo: its calls, with the expected answers. `npm run demo` runs them against any running API. */
import type { DemoStep } from "@lambda-express-api/kit";
import { createToken } from "./routes/auth/create-token.ts";
import { getHealth } from "./routes/manage/get-health.ts";
import { createOrder } from "./routes/orders/create-order.ts";
import { listOrders } from "./routes/orders/list-orders.ts";
import { setInvoice } from "./routes/orders/set-invoice.ts";

const lines = [{ article: "teapot", quantity: 2, unitCents: 2500 }];
const fieldOf = (body: unknown, name: string) => Object(body)[name];

export const demo: readonly DemoStep[] = [
  {
    area: "public",
    verdict: "ALLOW",
    method: "GET",
    path: getHealth.path,
    status: 200,
    body: (body) => ({ "it is up": fieldOf(body, "status") === "up" }),
  },
  {
    area: "auth",
    verdict: "DENY",
    method: "POST",
    path: createToken.path,
    credentials: "stranger",
    status: 401,
    body: (body) => ({ "error.code is 002401": fieldOf(fieldOf(body, "error"), "code") === "002401" }),
  },
  {
    area: "orders",
    verdict: "DENY",
    method: "GET",
    path: listOrders.path,
    status: 401,
    body: (body) => ({ "message is there": typeof fieldOf(body, "message") === "string" }),
  },
  {
    area: "orders",
    verdict: "ALLOW",
    method: "POST",
    path: createOrder.path,
    bearer: "user",
    json: { lines },
    status: 201,
    body: (body) => ({ "the total is that of the lines": fieldOf(body, "totalCents") === 5000 }),
  },
  {
    area: "orders",
    verdict: "ALLOW",
    method: "GET",
    path: listOrders.path,
    bearer: "user",
    status: 200,
    body: (body) => ({ "the order is listed": fieldOf(body, "orders").length > 0 }),
  },
  {
    area: "staff",
    verdict: "DENY",
    method: "PUT",
    path: setInvoice.path.replace("{orderId}", "1"),
    bearer: "user",
    status: 403,
    body: (body) => ({ "error.code is 002401": fieldOf(fieldOf(body, "error"), "code") === "002401" }),
  },
];
