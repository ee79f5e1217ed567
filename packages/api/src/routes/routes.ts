/** Every endpoint of this API. Written by `npm run generate` from the files beside it: never edit it by hand. */
import type { Route } from "../http/define-route.ts";
import { listEndpoints } from "./admin/list-endpoints.ts";
import { createToken } from "./auth/create-token.ts";
import { refreshToken } from "./auth/refresh-token.ts";
import { getDocs } from "./docs/get-docs.ts";
import { getDocsAsset } from "./docs/get-docs-asset.ts";
import { getHealth } from "./manage/get-health.ts";
import { getRedoc } from "./redoc/get-redoc.ts";
import { getRedocAsset } from "./redoc/get-redoc-asset.ts";
import { getOpenapi } from "./root/get-openapi.ts";
import { getRoot } from "./root/get-root.ts";
import { getSwagger } from "./root/get-swagger.ts";
import { whoAmI } from "./users/who-am-i.ts";

export const routes: readonly Route[] = [
  listEndpoints,
  createToken,
  refreshToken,
  getDocs,
  getDocsAsset,
  getHealth,
  getRedoc,
  getRedocAsset,
  getOpenapi,
  getRoot,
  getSwagger,
  whoAmI,
];
