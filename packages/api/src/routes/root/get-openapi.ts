import { anyone } from "../../http/access.ts";
import { defineRoute } from "../../http/define-route.ts";

export const getOpenapi = defineRoute({
  operationId: "getOpenapi",
  method: "GET",
  path: "/v1/openapi.json",
  summary: "Returns this API's OpenAPI 3.1 document.",
  responses: (z) => ({
    200: { description: "The OpenAPI document.", schema: z.looseObject({ openapi: z.string() }) },
  }),
}).handler(
  anyone(async ({ routes, config, basePath }) => {
    const { openApiDocument } = await import("../../docs/openapi.ts");
    return { status: 200, body: { ...(await openApiDocument({ routes, config, basePath })) } };
  }),
);
