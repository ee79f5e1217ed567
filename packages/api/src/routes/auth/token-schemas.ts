import type { Zod } from "@lambda-express-api/kit";

/** The token answer of both endpoints: the provider's JSON, with OAuth's names for the token. */
export function tokenAnswerSchema(z: Zod) {
  return z
    .looseObject({
      access_token: z.string().meta({ description: "Send it as `authorization: Bearer <token>`." }),
      token_type: z.literal("bearer"),
    })
    .meta({
      id: "TokenAnswer",
      description: "The identity provider's response, in the format of an OAuth 2.0 token response.",
    });
}
