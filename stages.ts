/**
 * The differences between stages, for review in a pull request: any setting of docs/settings.md, under its variable's name. A
 * variable overrides it. Secrets belong in `.env.<stage>`. `npm run doctor -- --stage dev` prints the resulting settings.
 */
import type { Stages } from "@lambda-express-api/infra/stages.ts";
import type { api } from "./packages/api/src/api.ts";

export const stages: Stages<typeof api> = {
  dev: {},
  production: { MEMORY_MEGABYTES: 512, ALARMS: "on" },
};
