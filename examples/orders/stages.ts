/** The differences between stages, under the variable names of docs/settings.md. */
import type { Stages } from "@lambda-express-api/infra/stages.ts";
import type { api } from "./src/api.ts";
import { GROUPS_CLAIM } from "./src/groups.ts";

const JWT_AUTHORIZATION_GROUPS_ATTR_NAME = GROUPS_CLAIM;

export const stages: Stages<typeof api> = {
  dev: { JWT_AUTHORIZATION_GROUPS_ATTR_NAME, UNPAID_ORDER_HOURS: 2 },
  production: { JWT_AUTHORIZATION_GROUPS_ATTR_NAME, MEMORY_MEGABYTES: 512, ALARMS: "on" },
};
