import { anyone } from "../../route/access.ts";
import { defineRoute } from "../../route/define-route.ts";
import type { DocsOptions } from "../docs-routes.ts";
import { answerOpenApi, openApiResponses } from "./openapi-answer.ts";

/** @returns the endpoint, below the prefix. */
export const getSwagger = ({ prefix }: DocsOptions) =>
  defineRoute({
    operationId: "getSwagger",
    method: "GET",
    head: true,
    cacheControl: "no-cache",
    etag: true,
    path: `${prefix}/swagger.json`,
    role: "docs",
    summary: "Returns the OpenAPI document at the path that Swagger tools expect.",
    responses: openApiResponses,
  }).handler(anyone(answerOpenApi));
