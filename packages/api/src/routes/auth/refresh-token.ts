import { anyone, createIdentityProvider } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";
import { tokenAnswerSchema } from "./token-schemas.ts";

export const refreshToken = defineRoute({
  operationId: "refreshToken",
  method: "POST",
  path: "/v1/auth/refresh",
  summary: "Exchanges a refresh token for a new access token.",
  description: "The new token contains the caller's current groups (RFC 6749, section 6).",
  feature: "authEndpoints",
  role: "refresh",
  consumes: ["application/x-www-form-urlencoded", "multipart/form-data", "application/json"],
  bodyLimitBytes: 4096,
  request: (z) => ({
    body: z.object({
      grant_type: z.literal("refresh_token").optional(),
      refresh_token: z
        .string()
        .min(1)
        .max(4096)
        .meta({ description: "The refresh token that the token endpoint returned." }),
    }),
  }),
  responses: (z) => ({
    200: { description: "A new access token.", schema: tokenAnswerSchema(z) },
  }),
  errors: ["002401", "001429", "001502", "001503"],
}).handler(
  anyone(async ({ body, config }) => ({
    status: 200,
    body: await createIdentityProvider(config).refresh(body.refresh_token),
    headers: { pragma: "no-cache" },
  })),
);
