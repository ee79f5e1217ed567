import { Hono } from "hono";
import { handle } from "hono/aws-lambda";

const app = new Hono();
app.get("/mvp/v1/manage/hc", (context) => context.json({ status: "ok" }));

export const handler = handle(app);
