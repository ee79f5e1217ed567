import { defineApi, docsRoutes } from "@lambda-express-api/kit";
import { routes } from "./routes/routes.ts";

export const api = defineApi({
  name: "small-api",
  version: "1.0.0",
  description: "Orders.",
  routes: [routes, docsRoutes({ prefix: "/v1" })],
});

export const { defineRoute, ApiError } = api;
