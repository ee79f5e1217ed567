/** Who may call the fixture's endpoints, on every target without a gateway. */
import { Router } from "express";
import type { Api, MountedRouter } from "../src/api.ts";
import { accessSuite } from "../src/testing/access-suite.ts";
import { appTarget, handlerTarget, handlerTargetWith, serverTarget } from "../src/testing/targets.ts";
import { apiOf, fixtureApi } from "./fixtures/api.ts";
import { probeRoutes } from "./support/probe-routes.ts";

const legacy: MountedRouter = {
  operationId: "legacy",
  prefix: "/v1/legacy",
  summary: "What was there before.",
  access: { type: "authenticated", groups: ["ADMINS"], scopes: ["read:legacy"] },
  router: () => Router(),
};

const api: Api = {
  ...fixtureApi,
  routes: { ...fixtureApi.routes, ...apiOf(probeRoutes).routes },
  routers: [legacy],
};

await accessSuite(api, [
  appTarget,
  handlerTarget,
  handlerTargetWith({ event: { domainName: "api.example.com", stage: "$default" } }),
  serverTarget,
]);

// For an API whose tokens name groups in the provider's own claim.
await accessSuite(fixtureApi, [appTarget, handlerTarget], {
  environment: { JWT_AUTHORIZATION_GROUPS_ATTR_NAME: "https://shop.example.com/groups" },
});
