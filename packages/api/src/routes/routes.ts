/** Every endpoint of this API. Written by `npm run generate` from the files beside it: never edit it by hand. */
import type { RouteLoaders } from "@lambda-express-api/kit";

export const routes: RouteLoaders = {
  "GET /v1/admin/endpoints": async () => (await import("./admin/list-endpoints.ts")).listEndpoints,
  "GET /v1/manage/hc": async () => (await import("./manage/get-health.ts")).getHealth,
  "GET /v1/users/whoami": async () => (await import("./users/who-am-i.ts")).whoAmI,
  "POST /v1/auth/refresh": async () => (await import("./auth/refresh-token.ts")).refreshToken,
  "POST /v1/auth/token": async () => (await import("./auth/create-token.ts")).createToken,
};
