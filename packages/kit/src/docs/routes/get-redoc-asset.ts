import { anyone } from "../../route/access.ts";
import { defineRoute } from "../../route/define-route.ts";
import type { DocsOptions } from "../docs-routes.ts";
import { assetRequest, assetResponses } from "../file-contracts.ts";

/** @returns the endpoint, below the prefix. */
export const getRedocAsset = ({ prefix }: DocsOptions) =>
  defineRoute({
    operationId: "getRedocAsset",
    method: "GET",
    head: true,
    path: `${prefix}/redoc/{asset}`,
    role: "docs",
    summary: "Serves the static files for ReDoc.",
    feature: "docs",
    request: (z) => ({
      ...assetRequest(z),
      params: z.object({ asset: z.string().meta({ example: "redoc-init.js" }) }),
    }),
    responses: assetResponses,
    errors: ["001404"],
  }).handler(
    anyone(async ({ params, headers, query }) => {
      const { answerFile } = await import("../files.ts");
      return answerFile(`redoc/${params.asset}`, headers, { version: query.v });
    }),
  );
