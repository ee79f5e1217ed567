/// <reference path="./.sst/platform/config.d.ts" />
/** The API's own AWS resources. */
import type { OwnInfra } from "@lambda-express-api/infra/components/index.ts";

export function ownInfra(): OwnInfra {
  const notes = new sst.aws.Dynamo("Notes", {
    fields: { noteId: "string" },
    primaryIndex: { hashKey: "noteId" },
  });
  const mails = new sst.aws.Queue("Mails");

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
