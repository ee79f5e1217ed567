import { anyone } from "../../http/access.ts";
import { defineRoute } from "../../http/define-route.ts";
import { answerOpenApi, openApiResponses } from "./openapi-answer.ts";

export const getSwagger = defineRoute({
  operationId: "getSwagger",
  method: "GET",
  path: "/v1/swagger.json",
  summary: "Returns the same document under the name that Swagger tools look for.",
  responses: openApiResponses,
}).handler(anyone(answerOpenApi));
