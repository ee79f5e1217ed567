import { anyone } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";

export const getHealth = defineRoute({
  operationId: "getHealth",
  method: "GET",
  path: "/v1/health",
  summary: "Tells that the API answers.",
  role: "health",
  responses: (z) => ({
    200: { description: "It answers.", schema: z.object({ status: z.literal("well") }) },
  }),
}).handler(anyone(async () => ({ status: 200, body: { status: "well" } })));
