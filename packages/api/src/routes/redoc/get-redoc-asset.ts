import { assetRequest, assetResponses } from "../../docs/file-contracts.ts";
import { anyone } from "../../http/access.ts";
import { defineRoute } from "../../http/define-route.ts";

export const getRedocAsset = defineRoute({
  operationId: "getRedocAsset",
  method: "GET",
  path: "/v1/redoc/{asset}",
  summary: "Returns a script of ReDoc.",
  feature: "docs",
  request: (z) => ({
    ...assetRequest(z),
    params: z.object({ asset: z.string().meta({ example: "redoc-init.js" }) }),
  }),
  responses: assetResponses,
  errors: ["001404"],
}).handler(
  anyone(async ({ params, headers, query }) => {
    const { answerFile } = await import("../../docs/files.ts");
    return answerFile(`redoc/${params.asset}`, headers, { version: query.v });
  }),
);
