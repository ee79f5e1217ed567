import { anyone, createIdentityProvider, limitAttempts, rateLimit } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";

/** Per address and account. */
const attempt = limitAttempts({ limit: 10, windowSeconds: 300 });

export const createToken = defineRoute({
  operationId: "createToken",
  method: "POST",
  path: "/v1/auth/token",
  summary: "Signs a caller in with an email address and a password, for the docs pages and the demo.",
  feature: "authEndpoints",
  role: "token",
  consumes: ["application/x-www-form-urlencoded", "multipart/form-data"],
  bodyLimitBytes: 4096,
  use: [rateLimit({ name: "token", limit: 60, windowSeconds: 60 })],
  request: (z) => ({
    body: z.object({
      grant_type: z.literal("password").optional(),
      username: z.string().min(1).max(255).meta({ example: "alice@example.com" }),
      password: z.string().min(1).max(4096).meta({ format: "password", example: "not-secret" }),
    }),
  }),
  responses: (z) => ({
    200: {
      description: "The identity provider's response, in the format of an OAuth 2.0 token response.",
      schema: z.looseObject({ access_token: z.string(), token_type: z.literal("bearer") }),
    },
  }),
  errors: ["002401", "002403", "001502"],
}).handler(
  anyone(async ({ body: { username, password }, config, clientIp }) => ({
    status: 200,
    body: await attempt({ clientIp, account: username }, () =>
      createIdentityProvider(config).signIn(username, password),
    ),
  })),
);
