/** The reference: what you would use instead. */
import express from "express";
import serverless from "serverless-http";

const app = express();
app.get("/mvp/v1/manage/hc", (_request, response) => {
  response.json({ status: "ok" });
});

export const handler = serverless(app);
