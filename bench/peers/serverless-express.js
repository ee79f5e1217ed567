import serverlessExpress from "@codegenie/serverless-express";
import express from "express";

const app = express();
app.get("/mvp/v1/manage/hc", (_request, response) => {
  response.json({ status: "ok" });
});

export const handler = serverlessExpress({ app });
