/** This API: its name, its settings and services, and its endpoints. Endpoints import `defineRoute` from here. */
import { defineApi, docsRoutes } from "@lambda-express-api/kit";
import manifest from "../package.json" with { type: "json" };
import { groupRefusal } from "./group-refusal.ts";
import { routes } from "./routes/routes.ts";
import { services } from "./services.ts";
import { settings } from "./settings.ts";

export const api = defineApi({
  name: "orders-api",
  version: manifest.version,
  description: manifest.description,
  settings,
  services,
  groupRefusal,
  routes: [routes, docsRoutes({ prefix: "/v1" })],
});

export const { defineRoute, ApiError } = api;
