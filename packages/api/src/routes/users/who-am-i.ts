import { auth } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";

export const whoAmI = defineRoute({
  operationId: "whoAmI",
  method: "GET",
  path: "/v1/users/whoami",
  summary: "Returns the caller's subject, groups and claims from the token.",
  responses: (z) => ({
    200: {
      description: "The caller.",
      schema: z.object({
        subject: z.string().meta({ example: "gf30eciYKjVJrA5XMHK0NKDbKeC2" }),
        groups: z.array(z.string()).meta({ example: ["USERS"] }),
        scopes: z.array(z.string()).meta({ example: [] }),
        claims: z.record(z.string(), z.unknown()).meta({
          description: "The verified claims, with the same types as in the token.",
          example: { sub: "gf30eciYKjVJrA5XMHK0NKDbKeC2", email_verified: true, groups: ["USERS"] },
        }),
      }),
    },
  }),
}).handler(
  auth({ groups: ["USERS", "ADMINS"] }, async ({ principal }) => ({
    status: 200,
    body: {
      subject: principal.subject,
      groups: [...principal.groups],
      scopes: [...principal.scopes],
      claims: principal.claims,
    },
  })),
);
