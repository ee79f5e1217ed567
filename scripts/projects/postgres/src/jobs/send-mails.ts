import { createJob } from "@lambda-express-api/kit/job";
import { api } from "../api.ts";

export const handler = createJob(api, async (event: unknown, { log }) => log.info("mails", { event }));
