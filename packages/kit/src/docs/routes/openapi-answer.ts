/** The OpenAPI document as a response, under both of its names. */
import type { ApiFacts, HandlerContext, Zod } from "../../route/define-route.ts";
import type { SignInPage } from "../sign-in-page.ts";

export function openApiResponses(z: Zod) {
  return { 200: { description: "The OpenAPI document.", schema: z.looseObject({ openapi: z.string() }) } };
}

/** The document's own types belong to a package that an API need not install. */
interface OpenApiAnswer {
  readonly status: 200;
  readonly body: { readonly openapi: string; readonly [name: string]: unknown };
}

interface Made {
  readonly basePath: string;
  readonly signInPage: SignInPage | undefined;
  readonly document: Promise<OpenApiAnswer["body"]>;
}

/** The last document of each app. Making one takes tens of milliseconds, and anyone may ask for it. */
const made = new WeakMap<ApiFacts, Made>();

const toldFaults = new Set<string>();

/** Makes the document once, and again if the base path or the sign-in page has changed. */
export async function answerOpenApi(context: HandlerContext): Promise<OpenApiAnswer> {
  const { api, config, basePath } = context;
  const { findSignInPage } = await import("../sign-in-page.ts");
  const signInPage = await findSignInPage(config);
  const known = made.get(api);
  if (known?.basePath === basePath && known.signInPage === signInPage)
    return { status: 200, body: await known.document };
  const document = makeDocument(context, signInPage);
  made.set(api, { basePath, signInPage, document });
  document.catch(() => made.delete(api));
  return { status: 200, body: await document };
}

/**
 * Loads the generator on demand: it is far bigger than the rest of the API.
 *
 * In production, a part that cannot be documented is left out and logged once, so that the rest is still
 * served.
 */
async function makeDocument(
  { api, config, basePath, log }: HandlerContext,
  signInPage: SignInPage | undefined,
): Promise<OpenApiAnswer["body"]> {
  const { openApiDocument } = await import("../openapi.ts");
  const routes = await api.endpoints();
  const onFault = (fault: string) => {
    if (!toldFaults.has(fault)) log.error("part of the OpenAPI document is left out", { fault });
    toldFaults.add(fault);
  };
  const options = {
    api,
    routes,
    config,
    basePath,
    signInPage,
    ...(config.environment === "production" && { onFault }),
  };
  return { ...(await openApiDocument(options)) };
}
