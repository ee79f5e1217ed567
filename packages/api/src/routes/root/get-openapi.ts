import { anyone } from "../../http/access.ts";
import { defineRoute } from "../../http/define-route.ts";
import { answerOpenApi, openApiResponses } from "./openapi-answer.ts";

export const getOpenapi = defineRoute({
  operationId: "getOpenapi",
  method: "GET",
  path: "/v1/openapi.json",
  summary: "Returns this API's OpenAPI 3.1 document.",
  responses: openApiResponses,
}).handler(anyone(answerOpenApi));
