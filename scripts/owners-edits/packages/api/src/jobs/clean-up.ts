import { createJob } from "@lambda-express-api/kit/job";
import { api } from "../api.ts";

export const handler = createJob(api, async (_event: unknown, { config, log }) => {
  log.info("cleaned up", { queue: config.settings.MAILS_QUEUE });
});
