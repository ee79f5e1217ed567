import awsLambdaFastify from "@fastify/aws-lambda";
import Fastify from "fastify";

const app = Fastify();
app.get("/mvp/v1/manage/hc", async () => ({ status: "ok" }));

export const handler = awsLambdaFastify(app);
