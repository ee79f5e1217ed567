/// <reference path="./.sst/platform/config.d.ts" />
/** What the API uses at AWS beside itself: tables, queues, buckets, topics, jobs. */
import type { OwnInfra } from "@lambda-express-api/infra/components/index.ts";

/** Makes it, before the API is made. What this returns, the function and the container are given. */
export function ownInfra(): OwnInfra {
  return {};
}
