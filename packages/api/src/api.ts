/** This API: its name, its declarations and its endpoints. Endpoints import `defineRoute` from here. */
import { defineApi, docsRoutes } from "@lambda-express-api/kit";
import manifest from "../package.json" with { type: "json" };
import { groupRefusal } from "./group-refusal.ts";
import { routes } from "./routes/routes.ts";

export const api = defineApi({
  name: "lambda-express-api",
  version: manifest.version,
  description: manifest.description,

  // Your own environment variables: `config.settings` in handlers, services and middleware.
  settings: {},
  // What endpoints share: `await services.pool` in handlers and middleware. Created on first use, closed on
  // drain.
  services: {},
  // Your own error codes: `throw new ApiError("100409", { reason: "..." })`.
  errors: {},
  // The message for a caller who belongs to none of an endpoint's groups.
  groupRefusal,
  // Express middleware for every request.
  middleware: () => [],
  // Existing Express routers.
  routers: [],

  routes: [routes, docsRoutes({ prefix: "/v1" })],
});

export const { defineRoute, ApiError } = api;
