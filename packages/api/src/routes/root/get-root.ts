import { about } from "../../about.ts";
import { anyone } from "../../http/access.ts";
import { defineRoute } from "../../http/define-route.ts";

export const getRoot = defineRoute({
  operationId: "getRoot",
  method: "GET",
  path: "/v1/",
  summary: "Says what this API is, and where to go from here.",
  responses: (z) => ({
    200: {
      description: "Name, version and links.",
      schema: z.object({
        name: z.string().meta({ example: "lambda-express-api" }),
        version: z.string().meta({ example: "1.0.0" }),
        description: z.string(),
        links: z.record(z.string(), z.string()).meta({
          description: "Paths on this host, by what is there.",
          example: { health: "/v1/manage/hc" },
        }),
      }),
    },
  }),
}).handler(
  anyone(async ({ basePath }) => ({
    status: 200,
    body: {
      ...about,
      links: { health: `${basePath}/v1/manage/hc`, openapi: `${basePath}/v1/openapi.json` },
    },
  })),
);
