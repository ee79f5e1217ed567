import { anyone } from "../../route/access.ts";
import { defineRoute } from "../../route/define-route.ts";
import type { DocsOptions } from "../docs-routes.ts";
import { assetRequest, assetResponses } from "../file-contracts.ts";

/** @returns the endpoint, below the prefix. */
export const getDocsAsset = ({ prefix }: DocsOptions) =>
  defineRoute({
    operationId: "getDocsAsset",
    method: "GET",
    head: true,
    path: `${prefix}/docs/{asset}`,
    role: "docs",
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
      const { answerFile } = await import("../files.ts");
      return answerFile(`docs/${params.asset}`, headers, { version: query.v });
    }),
  );
