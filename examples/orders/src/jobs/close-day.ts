/** Adds up, each night, what was paid the day before. */
import { createJob } from "@lambda-express-api/kit/job";
import { api } from "../api.ts";

export const handler = createJob(api, async (_event: unknown, { services, log }) => {
  const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  const sales = await (await services.orders).closeDay(day);
  log.info("day closed", { day, ...sales });
  return sales;
});
