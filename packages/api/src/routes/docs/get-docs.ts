import { pageRequest, pageResponses } from "../../docs/file-contracts.ts";
import { pagePolicy } from "../../docs/page-policy.ts";
import { anyone } from "../../http/access.ts";
import { defineRoute } from "../../http/define-route.ts";

export const getDocs = defineRoute({
  operationId: "getDocs",
  method: "GET",
  path: "/v1/docs",
  summary: "Shows this API in Swagger UI.",
  description: "*Authorize* signs in through the token endpoint; *Try it out* then sends the token along.",
  feature: "docs",
  request: pageRequest,
  responses: pageResponses,
}).handler(
  anyone(async ({ headers }) => {
    const { answerFile } = await import("../../docs/files.ts");
    return answerFile("docs.html", headers, { headers: pagePolicy() });
  }),
);
