import { release } from "../../release.ts";
import { preferences } from "../../request/preferences.ts";
import { publicPath } from "../../request/request-path.ts";
import { anyone } from "../../route/access.ts";
import { defineRoute } from "../../route/define-route.ts";
import type { DocsOptions } from "../docs-routes.ts";
import { pagePolicy } from "../page-policy.ts";

const HTML = "text/html; charset=utf-8";

/** @returns the endpoint, below the prefix. */
export const getRoot = ({ prefix }: DocsOptions) =>
  defineRoute({
    operationId: "getRoot",
    method: "GET",
    head: true,
    path: `${prefix}/`,
    role: "docs",
    summary: "Describes this API and links to its docs.",
    description:
      "Programs get JSON. Browsers get a page that lists every endpoint with a curl command to call it.",
    request: (z) => ({ headers: z.object({ accept: z.string().optional() }) }),
    responses: (z) => ({
      200: {
        description: "The API's name, version, commit and links.",
        schema: z.object({
          name: z.string().meta({ example: "my-api" }),
          version: z.string().meta({ example: "1.0.0" }),
          commit: z.string().meta({
            description: "The commit that the API was built from, or `development` if it runs from source.",
            example: "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
          }),
          description: z.string(),
          links: z.record(z.string(), z.string()).meta({
            description: "Links to the API's pages and documents, by name.",
            example: { openapi: `${prefix}/openapi.json` },
          }),
        }),
        alternatives: { [HTML]: z.string() },
      },
    }),
  }).handler(
    anyone(async ({ headers, basePath, origin, config, api }) => {
      const { version, commit } = release(api);
      const routes = await api.endpoints();
      const root = basePath + prefix;
      if (config.features.docs && prefersHtml(headers.accept)) {
        const { landingPage } = await import("../landing-page.ts");
        const { findSignInPage } = await import("../sign-in-page.ts");
        const signInPage = await findSignInPage(config);
        const { name, description } = api;
        return {
          status: 200,
          body: landingPage({
            name,
            version,
            description,
            prefix,
            basePath,
            origin,
            config,
            routes,
            signInPage,
          }),
          headers: { "content-type": HTML, vary: "accept", ...pagePolicy({ signInPage }) },
        };
      }
      const health = routes.find(({ role }) => role === "health");
      return {
        status: 200,
        body: {
          name: api.name,
          version,
          commit,
          description: api.description,
          links: {
            ...(health && { health: basePath + publicPath(health.path) }),
            openapi: `${root}/openapi.json`,
            ...(config.features.docs && { docs: `${root}/docs`, redoc: `${root}/redoc` }),
          },
        },
        headers: { vary: "accept" },
      };
    }),
  );

/** Only browsers name HTML: a program that accepts anything gets JSON. */
function prefersHtml(accept: string | undefined): boolean {
  const weights = preferences(accept);
  const html = weights.get("text/html") ?? 0;
  const json = weights.get("application/json");
  return html > 0 && (json === undefined ? html >= (weights.get("*/*") ?? 0) : html > json);
}
