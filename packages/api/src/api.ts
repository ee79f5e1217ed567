/** This API: its name, what it declares of its own, and its endpoints. Endpoints import `defineRoute` from here. */
import { defineApi, docsRoutes } from "@lambda-express-api/kit";
import manifest from "../package.json" with { type: "json" };
import { groupRefusal } from "./group-refusal.ts";
import { routes } from "./routes/routes.ts";

export const api = defineApi({
  name: "lambda-express-api",
  version: manifest.version,
  description: manifest.description,

  // Environment variables of your own: `config.settings` in handlers, services and middleware.
  settings: {},
  // What endpoints share: `await services.pool` in handlers and middleware. Made on first use, closed on drain.
  services: {},
  // Error codes of your own: `throw new ApiError("100409", { reason: "..." })`.
  errors: {},
  // What a caller is told who is in none of an endpoint's groups.
  groupRefusal,
  // Express middleware for every request.
  middleware: () => [],
  // Express routers that exist already.
  routers: [],

  routes: { ...routes, ...docsRoutes({ prefix: "/v1" }) },
});

export const { defineRoute, ApiError } = api;
