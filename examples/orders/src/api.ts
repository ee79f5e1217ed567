/** This API: its name, its declarations and its endpoints. Endpoints import `defineRoute` from here. */
import { defineApi, docsRoutes } from "@lambda-express-api/kit";
import manifest from "../package.json" with { type: "json" };
import { errors } from "./errors.ts";
import { routes } from "./routes/routes.ts";
import { services } from "./services.ts";
import { settings } from "./settings.ts";

export const api = defineApi({
  name: "orders",
  version: manifest.version,
  description: manifest.description,
  settings,
  services,
  errors,
  routers: [
    {
      operationId: "legacyCatalogue",
      prefix: "/v1/catalogue",
      summary: "The catalogue, which predates this API.",
      access: { type: "public" },
      router: async () => (await import("./catalogue-router.ts")).catalogueRouter,
    },
  ],
  routes: [routes, docsRoutes({ prefix: "/v1" })],
});

export const { defineRoute, ApiError } = api;
