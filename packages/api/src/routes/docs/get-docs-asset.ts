import { assetRequest, assetResponses } from "../../docs/file-contracts.ts";
import { anyone } from "../../http/access.ts";
import { defineRoute } from "../../http/define-route.ts";

export const getDocsAsset = defineRoute({
  operationId: "getDocsAsset",
  method: "GET",
  path: "/v1/docs/{asset}",
  summary: "Returns a script, a style sheet or the icon of Swagger UI or of the landing page.",
  feature: "docs",
  request: (z) => ({
    ...assetRequest(z),
    params: z.object({ asset: z.string().meta({ example: "icon.svg" }) }),
  }),
  responses: assetResponses,
  errors: ["001404"],
}).handler(
  anyone(async ({ params, headers, query }) => {
    const { answerFile } = await import("../../docs/files.ts");
    return answerFile(`docs/${params.asset}`, headers, { version: query.v });
  }),
);
