import { about } from "../../about.ts";
import { pagePolicy } from "../../docs/page-policy.ts";
import { anyone } from "../../http/access.ts";
import { defineRoute } from "../../http/define-route.ts";
import { preferences } from "../../http/preferences.ts";
import { release } from "../../release.ts";

const HTML = "text/html; charset=utf-8";

export const getRoot = defineRoute({
  operationId: "getRoot",
  method: "GET",
  path: "/v1/",
  summary: "Says what this API is, and where to go from here.",
  description: "JSON for programs; for a browser, a page with every endpoint and with lines that call them.",
  request: (z) => ({ headers: z.object({ accept: z.string().optional() }) }),
  responses: (z) => ({
    200: {
      description: "Name, version, commit and links.",
      schema: z.object({
        name: z.string().meta({ example: "lambda-express-api" }),
        version: z.string().meta({ example: "1.0.0" }),
        commit: z.string().meta({
          description: "What it was built of; `development` where it runs from its sources.",
          example: "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
        }),
        description: z.string(),
        links: z.record(z.string(), z.string()).meta({
          description: "Paths on this host, by what is there.",
          example: { health: "/v1/manage/hc" },
        }),
      }),
      alternatives: { [HTML]: z.string() },
    },
  }),
}).handler(
  anyone(async ({ headers, basePath, origin, config, routes }) => {
    const { version, commit } = release();
    if (config.features.docs && prefersHtml(headers.accept)) {
      const { landingPage } = await import("../../docs/landing-page.ts");
      return {
        status: 200,
        body: landingPage({ about: { ...about, version }, basePath, origin, config, routes }),
        headers: { "content-type": HTML, vary: "accept", ...pagePolicy() },
      };
    }
    const docs = { docs: `${basePath}/v1/docs`, redoc: `${basePath}/v1/redoc` };
    return {
      status: 200,
      body: {
        name: about.name,
        version,
        commit,
        description: about.description,
        links: {
          health: `${basePath}/v1/manage/hc`,
          openapi: `${basePath}/v1/openapi.json`,
          ...(config.features.docs && docs),
        },
      },
      headers: { vary: "accept" },
    };
  }),
);

/** Only a browser names HTML: a program that takes anything takes JSON. */
function prefersHtml(accept: string | undefined): boolean {
  const weights = preferences(accept);
  const html = weights.get("text/html") ?? 0;
  const json = weights.get("application/json");
  return html > 0 && (json === undefined ? html >= (weights.get("*/*") ?? 0) : html > json);
}
