/// <reference path="./.sst/platform/config.d.ts" />
/** The API's other resources at AWS: tables, queues, buckets, topics, jobs. */
import type { OwnInfra } from "@lambda-express-api/infra/components/index.ts";

/** Creates the resources, before the API. The function and the container get what this returns. */
export function ownInfra(): OwnInfra {
  return {};
}
