/// <reference path="./.sst/platform/config.d.ts" />
/** What the API uses at AWS beside itself. */
import type { OwnInfra } from "@lambda-express-api/infra/components/index.ts";

export function ownInfra(): OwnInfra {
  const notes = new sst.aws.Dynamo("Notes", {
    fields: { noteId: "string" },
    primaryIndex: { hashKey: "noteId" },
  });
  // Longer than its job may take, or AWS refuses the job.
  const mails = new sst.aws.Queue("Mails", { visibilityTimeout: "2 minutes" });

  return {
    link: [notes],
    permissions: [{ actions: ["sqs:SendMessage"], resources: [mails.arn] }],
    environment: { MAILS_QUEUE: mails.url },
    jobs: (api) => {
      mails.subscribe(api.job("send-mails", { link: [notes] }));
      new sst.aws.CronV2("Nightly", { schedule: "rate(1 day)", function: api.job("clean-up") });
    },
  };
}
