import { anyone } from "../../route/access.ts";
import { defineRoute } from "../../route/define-route.ts";
import type { DocsOptions } from "../docs-routes.ts";
import { assetRequest, assetResponses } from "../file-contracts.ts";
import { pagePolicy } from "../page-policy.ts";

/** @returns the endpoint, below the prefix. */
export const getDocsAsset = ({ prefix }: DocsOptions) =>
  defineRoute({
    operationId: "getDocsAsset",
    method: "GET",
    head: true,
    path: `${prefix}/docs/{asset}`,
    role: "docs",
    summary: "Serves the static files for Swagger UI and the landing page.",
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
      // Its opener is a page of this origin, although the window has been at the provider's in between.
      const page = params.asset === "oauth2-redirect.html";
      const opened = page && { headers: { ...pagePolicy(), "cross-origin-opener-policy": "unsafe-none" } };
      return answerFile(`docs/${params.asset}`, headers, { version: query.v, ...opened });
    }),
  );
