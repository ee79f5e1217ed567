import { defineApi, docsRoutes } from "@lambda-express-api/kit";
import manifest from "../package.json" with { type: "json" };
import { groupRefusal } from "./group-refusal.ts";
import { routes } from "./routes/routes.ts";
import { services } from "./services.ts";
import { settings } from "./settings.ts";

let requests = 0;

export const api = defineApi({
  name: "lambda-express-api",
  version: manifest.version,
  description: manifest.description,
  settings,
  services,
  errors: { "101401": { status: 401, title: "Bad API key", message: "The API key is not valid" } },
  groupRefusal,
  middleware: () => [
    (_request, response, next) => {
      requests += 1;
      response.setHeader("x-request-count", requests);
      next();
    },
  ],
  routers: [
    {
      operationId: "legacy",
      prefix: "/v1/legacy",
      summary: "The existing routes.",
      access: { type: "authenticated", groups: ["USERS"], scopes: [] },
      router: async () => (await import("./legacy-router.ts")).legacyRouter,
    },
  ],
  routes: [routes, docsRoutes({ prefix: "/v1" })],
});

export const { defineRoute, ApiError } = api;
