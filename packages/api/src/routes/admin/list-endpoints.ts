import { auth, publicPath } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";

export const listEndpoints = defineRoute({
  operationId: "listEndpoints",
  method: "GET",
  path: "/v1/admin/endpoints",
  summary: "Lists every endpoint with its access rule.",
  responses: (z) => ({
    200: {
      description: "The endpoints, sorted by path.",
      schema: z.object({
        endpoints: z.array(
          z.object({
            path: z.string().meta({ example: "/v1/manage/hc" }),
            name: z.string().meta({ description: "The operation ID.", example: "getHealth" }),
            method: z.string().meta({ example: "GET" }),
            summary: z.string(),
            only: z
              .literal("container")
              .optional()
              .meta({ description: "The only runtime that has the endpoint. Omitted if both have it." }),
            access: z.object({
              type: z.enum(["public", "authenticated", "apiKey", "iam"]),
              groups: z
                .array(z.string())
                .meta({ description: "The caller must belong to one of these groups.", example: ["ADMINS"] }),
              scopes: z
                .array(z.string())
                .meta({ description: "The caller must have one of these scopes.", example: [] }),
            }),
          }),
        ),
      }),
    },
  }),
}).handler(
  auth({ groups: ["ADMINS"] }, async ({ api }) => ({
    status: 200,
    body: {
      endpoints: (await api.endpoints()).map(({ path, operationId, method, summary, access, only }) => ({
        path: publicPath(path),
        name: operationId,
        method,
        summary,
        ...(only && { only }),
        access: {
          type: access.type,
          groups: access.type === "authenticated" ? [...access.groups] : [],
          scopes: "scopes" in access ? [...access.scopes] : [],
        },
      })),
    },
  })),
);
