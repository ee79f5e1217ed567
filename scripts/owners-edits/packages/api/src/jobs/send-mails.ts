import { createJob } from "@lambda-express-api/kit/job";
import { api } from "../api.ts";

interface Messages {
  readonly Records: readonly { readonly body: string }[];
}

export const handler = createJob(api, async ({ Records }: Messages, { services }) => {
  const database = await services.database;
  for (const { body } of Records) await database.query("insert into mails (body) values ($1)", [body]);
});
