/**
 * What differs by stage, for a pull request to show: any setting of docs/settings.md, under the name of its variable, which
 * counts before it. Secrets are not here but in `.env.<stage>`. `npm run doctor -- --stage dev` prints what counts.
 */
import type { Stages } from "@lambda-express-api/infra/stages.ts";
import type { api } from "./packages/api/src/api.ts";

export const stages: Stages<typeof api> = {
  dev: {},
  production: { MEMORY_MEGABYTES: 512, ALARMS: "on" },
};
