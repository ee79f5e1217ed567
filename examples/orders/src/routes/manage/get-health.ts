import { anyone } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";

export const getHealth = defineRoute({
  operationId: "getHealth",
  method: "GET",
  head: true,
  path: "/v1/health",
  summary: "Checks whether the API is up.",
  role: "health",
  responses: (z) => ({
    200: { description: "The API is up.", schema: z.object({ status: z.literal("up") }) },
  }),
}).handler(anyone(async () => ({ status: 200, body: { status: "up" } })));
