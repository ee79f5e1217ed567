/// <reference path="./.sst/platform/config.d.ts" />
/** The API's own AWS resources. */
import type { OwnInfra } from "@lambda-express-api/infra/components/index.ts";

export function ownInfra(): OwnInfra {
  const mails = new sst.aws.Queue("Mails");
  return {
    permissions: [{ actions: ["sqs:SendMessage"], resources: [mails.arn] }],
    jobs: (api) => {
      mails.subscribe(api.job("send-mails"));
    },
  };
}
