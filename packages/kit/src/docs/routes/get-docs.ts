import { anyone } from "../../route/access.ts";
import { defineRoute } from "../../route/define-route.ts";
import type { DocsOptions } from "../docs-routes.ts";
import { pageRequest, pageResponses } from "../file-contracts.ts";
import { pagePolicy } from "../page-policy.ts";

/** @returns the endpoint, below the prefix. */
export const getDocs = ({ prefix }: DocsOptions) =>
  defineRoute({
    operationId: "getDocs",
    method: "GET",
    head: true,
    path: `${prefix}/docs`,
    role: "docs",
    summary: "Shows this API in Swagger UI.",
    description:
      "*Authorize* signs you in, either on the provider's own page or through the token endpoint. *Try it out* then sends the token with each request.",
    feature: "docs",
    request: pageRequest,
    responses: pageResponses,
  }).handler(
    anyone(async ({ headers, config }) => {
      const { answerFile } = await import("../files.ts");
      const { findSignInPage } = await import("../sign-in-page.ts");
      const policy = pagePolicy({ signInPage: await findSignInPage(config) });
      return answerFile("docs.html", headers, { headers: policy });
    }),
  );
