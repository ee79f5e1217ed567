import { anyone, logReleaseOnce } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";

export const HEALTH_STATUS = "I'm sexy and I know It";

export const getHealth = defineRoute({
  operationId: "getHealth",
  method: "GET",
  head: true,
  path: "/v1/manage/hc",
  summary: "Checks whether the API is up.",
  role: "health",
  responses: (z) => ({
    200: {
      description: "The API is up.",
      schema: z.object({ status: z.string().meta({ example: HEALTH_STATUS }) }),
    },
  }),
}).handler(
  anyone(async ({ api, config, log }) => {
    // In a container each line of the access log names the version. The gateway's log cannot.
    if (config.runtime === "LAMBDA") logReleaseOnce(log, api);
    return { status: 200, body: { status: HEALTH_STATUS } };
  }),
);
