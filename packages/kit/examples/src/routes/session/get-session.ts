import { anyone } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";

export const getSession = defineRoute({
  operationId: "getSession",
  method: "GET",
  path: "/v1/session",
  summary: "Returns the session that the cookies describe.",
  request: (z) => ({
    cookies: z.object({ session: z.string().optional(), theme: z.enum(["dark", "light"]).default("light") }),
  }),
  responses: (z) => ({
    200: {
      description: "The session.",
      schema: z.object({ hasSession: z.boolean(), theme: z.enum(["dark", "light"]) }),
    },
  }),
}).handler(
  anyone(async ({ cookies: { session, theme } }) => ({
    status: 200,
    body: { hasSession: session !== undefined, theme },
  })),
);
