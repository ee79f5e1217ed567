import { anyone } from "../../http/access.ts";
import { defineRoute } from "../../http/define-route.ts";
import { release } from "../../release.ts";

export const getHealth = defineRoute({
  operationId: "getHealth",
  method: "GET",
  path: "/v1/manage/hc",
  summary: "Tells whether the API is up.",
  responses: (z) => ({
    200: {
      description: "The API is up.",
      schema: z.object({ status: z.string().meta({ example: "I'm sexy and I know It" }) }),
    },
  }),
}).handler(
  anyone(async ({ config, log }) => {
    // In a container the access log says which release answered; the gateway's cannot know.
    if (config.runtime === "LAMBDA") log.info("health", release());
    return { status: 200, body: { status: "I'm sexy and I know It" } };
  }),
);
