import { anyone } from "../../http/access.ts";
import { defineRoute } from "../../http/define-route.ts";

export const getSwagger = defineRoute({
  operationId: "getSwagger",
  method: "GET",
  path: "/v1/swagger.json",
  summary: "Returns the same document under the name that Swagger tools look for.",
  responses: (z) => ({
    200: { description: "The OpenAPI document.", schema: z.looseObject({ openapi: z.string() }) },
  }),
}).handler(
  anyone(async ({ routes, config, basePath }) => {
    const { openApiDocument } = await import("../../docs/openapi.ts");
    return { status: 200, body: { ...(await openApiDocument({ routes, config, basePath })) } };
  }),
);
