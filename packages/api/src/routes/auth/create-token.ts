import { anyone, createIdentityProvider, limitAttempts, rateLimit } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";
import { tokenAnswerSchema } from "./token-schemas.ts";

/** Per address and account. */
const attempt = limitAttempts({ limit: 10, windowSeconds: 300 });

export const createToken = defineRoute({
  operationId: "createToken",
  method: "POST",
  path: "/v1/auth/token",
  summary: "Signs a caller in with an email address and a password.",
  description:
    "Implements OAuth 2.0's password grant (RFC 6749, section 4.3) for the docs pages and for experiments. RFC 9700 advises against it in apps: have them sign in with the provider's SDK, and set `AUTH_ENDPOINTS=off`.",
  feature: "authEndpoints",
  role: "token",
  consumes: ["application/x-www-form-urlencoded", "multipart/form-data", "application/json"],
  bodyLimitBytes: 4096,
  use: [rateLimit({ name: "token", limit: 60, windowSeconds: 60 })],
  request: (z) => ({
    body: z.object({
      grant_type: z.literal("password").optional(),
      username: z
        .string()
        .min(1)
        .max(255)
        .meta({ description: "The account's email address.", example: "user@example.com" }),
      password: z.string().min(1).max(4096).meta({ format: "password", example: "not-secret" }),
    }),
  }),
  responses: (z) => ({
    200: { description: "The caller is signed in.", schema: tokenAnswerSchema(z) },
  }),
  errors: ["002401", "002403", "001429", "001502", "001503"],
}).handler(
  anyone(async ({ body, config, clientIp }) => ({
    status: 200,
    body: await attempt({ clientIp, account: body.username }, () =>
      createIdentityProvider(config).signIn(body.username, body.password),
    ),
    headers: { pragma: "no-cache" },
  })),
);
