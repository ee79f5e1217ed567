/** The OpenAPI document as an answer, under both of its names. */
import type { HandlerContext, Zod } from "../../route/define-route.ts";

export function openApiResponses(z: Zod) {
  return { 200: { description: "The OpenAPI document.", schema: z.looseObject({ openapi: z.string() }) } };
}

/** The document's own types belong to a package that an API need not install. */
interface OpenApiAnswer {
  readonly status: 200;
  readonly body: { readonly openapi: string; readonly [name: string]: unknown };
}

const toldFaults = new Set<string>();

/**
 * Loaded on demand: the generator is far bigger than the rest of the API.
 *
 * In production, a part that cannot be documented is left out and logged once, so that the rest is still
 * served.
 */
export async function answerOpenApi({ api, config, basePath, log }: HandlerContext): Promise<OpenApiAnswer> {
  const { openApiDocument } = await import("../openapi.ts");
  const { findSignInPage } = await import("../sign-in-page.ts");
  const routes = await api.endpoints();
  const onFault = (fault: string) => {
    if (!toldFaults.has(fault)) log.error("part of the OpenAPI document is left out", { fault });
    toldFaults.add(fault);
  };
  const signInPage = await findSignInPage(config);
  const options = {
    api,
    routes,
    config,
    basePath,
    signInPage,
    ...(config.environment === "production" && { onFault }),
  };
  return { status: 200, body: { ...(await openApiDocument(options)) } };
}
