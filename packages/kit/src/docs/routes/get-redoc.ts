import { anyone } from "../../route/access.ts";
import { defineRoute } from "../../route/define-route.ts";
import type { DocsOptions } from "../docs-routes.ts";
import { pageRequest, pageResponses } from "../file-contracts.ts";
import { pagePolicy } from "../page-policy.ts";

/** @returns the endpoint, below the prefix. */
export const getRedoc = ({ prefix }: DocsOptions) =>
  defineRoute({
    operationId: "getRedoc",
    method: "GET",
    head: true,
    path: `${prefix}/redoc`,
    role: "docs",
    summary: "Shows this API in ReDoc.",
    feature: "docs",
    request: pageRequest,
    responses: pageResponses,
  }).handler(
    anyone(async ({ headers }) => {
      const { answerFile } = await import("../files.ts");
      // ReDoc searches in a worker that it creates from a string.
      return answerFile("redoc.html", headers, { headers: pagePolicy({ more: ["worker-src blob:"] }) });
    }),
  );
