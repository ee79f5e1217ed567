import { anyone } from "../../route/access.ts";
import { defineRoute } from "../../route/define-route.ts";
import type { DocsOptions } from "../docs-routes.ts";
import { answerOpenApi, openApiResponses } from "./openapi-answer.ts";

/** @returns the endpoint, below the prefix. */
export const getOpenapi = ({ prefix }: DocsOptions) =>
  defineRoute({
    operationId: "getOpenapi",
    method: "GET",
    head: true,
    cacheControl: "no-cache",
    etag: true,
    path: `${prefix}/openapi.json`,
    role: "docs",
    summary: "Returns this API's OpenAPI 3.1 document.",
    responses: openApiResponses,
  }).handler(anyone(answerOpenApi));
