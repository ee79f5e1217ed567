/**
 * `npm start`: the API behind the local gateway, with its tables and the queue's consumer in this process.
 */
import { spawn } from "node:child_process";
import { createTestApiKeys, testEnvironment } from "@lambda-express-api/kit/testing";
import { api } from "../src/api.ts";
import { apiKeyStore } from "../src/api-key-store.ts";
import { startLocalAws } from "./aws.ts";
import { seed } from "./seed.ts";

const CONTEXT = { awsRequestId: "local" };

const pack = async (body: string) => {
  const { handler } = await import("../src/jobs/pack-orders.ts");
  await handler({ Records: [{ body }] }, CONTEXT);
};
// A job logs its own failure; the sender of a message does not wait for it.
const aws = await startLocalAws((body) => void pack(body).catch(() => {}));
await seed(aws, "alice");
const keys = createTestApiKeys();
const key = keys.issue(["shipments:write"], { subject: "warehouse-7" });
for (const stored of await keys.store.list()) await apiKeyStore(aws.database, "api-keys").add(stored);
console.log(`The key of warehouse-7: ${key}`);
const { PAYMENT_WEBHOOK_SECRET = "" } = testEnvironment(api);
const environment = { PAYMENT_WEBHOOK_SECRET, ...process.env, ...aws.environment };
// The job reads its settings here, as in Lambda.
Object.assign(process.env, testEnvironment(api), aws.environment, { RUNTIME: "LAMBDA" });

const server = spawn("npx", ["lambda-express-api", "start", ...process.argv.slice(2)], {
  env: environment,
  stdio: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => server.kill(signal));
server.once("exit", async (code) => {
  process.exitCode = code ?? 0;
  await aws.close();
});
