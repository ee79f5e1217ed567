import { pageRequest, pageResponses } from "../../docs/file-contracts.ts";
import { pagePolicy } from "../../docs/page-policy.ts";
import { anyone } from "../../http/access.ts";
import { defineRoute } from "../../http/define-route.ts";

export const getRedoc = defineRoute({
  operationId: "getRedoc",
  method: "GET",
  path: "/v1/redoc",
  summary: "Shows this API in ReDoc.",
  feature: "docs",
  request: pageRequest,
  responses: pageResponses,
}).handler(
  anyone(async ({ headers }) => {
    const { answerFile } = await import("../../docs/files.ts");
    // ReDoc searches in a worker that it makes of a string.
    return answerFile("redoc.html", headers, { headers: pagePolicy("worker-src blob:") });
  }),
);
