import { anyone, defineRoute } from "@lambda-express-api/kit";

export const getHealth = defineRoute({
  operationId: "getHealth",
  method: "GET",
  path: "/health",
  summary: "Checks whether the API is up.",
  role: "health",
  responses: (z) => ({ 200: { description: "It is up.", schema: z.object({ status: z.string() }) } }),
}).handler(anyone(async () => ({ status: 200, body: { status: "up" } })));
