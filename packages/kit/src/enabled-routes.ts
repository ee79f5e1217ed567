import type { Api, MountedRouter } from "./api.ts";
import type { Features } from "./config.ts";
import { comparePaths, routeKey } from "./request/request-path.ts";
import type { Route } from "./route/define-route.ts";

/** Whether an endpoint is switched on. */
export function isEnabled({ feature }: Pick<Route, "feature">, features: Features): boolean {
  return !feature || features[feature];
}

/**
 * Loads the enabled endpoints of an API and the routes of its mounted routers: the one list for the app, the
 * gateway's plan, the local stack, the docs and the tests.
 *
 * @throws TypeError for an endpoint that is listed under another method or path, and for two of the same.
 */
export async function enabledRoutes(api: Api, features: Features): Promise<readonly Route[]> {
  const routes = (await loadRoutes(api)).filter((route) => isEnabled(route, features));
  return [...routes, ...api.routers.flatMap(routesOfRouter)].sort(byPath);
}

/** Loads every endpoint of an API, enabled or not. */
export async function loadRoutes({ routes }: Pick<Api, "routes">): Promise<readonly Route[]> {
  demandDistinct(routes);
  const loaded = await Promise.all(Object.entries(routes).map(([key, load]) => loadRoute(key, load)));
  return loaded.sort(byPath);
}

/**
 * Checks a list of routes. Not part of a start, which must not look at each endpoint.
 *
 * @throws TypeError for two routes that differ only in a trailing slash: they are one at the gateway.
 */
export function demandDistinct(routes: Api["routes"]): void {
  for (const key of Object.keys(routes)) {
    if (key.endsWith("/") && Object.hasOwn(routes, key.slice(0, -1)))
      throw new TypeError(`Two routes are ${key.slice(0, -1)}; one of them would never be called`);
  }
}

/** The route keys of the endpoints that only AWS callers may call. */
export function awsCallersEndpoints(routes: readonly Route[]): readonly string[] {
  return routes
    .filter(({ access }) => access.type === "iam")
    .map(({ method, path }) => routeKey(method, path));
}

/**
 * Loads one endpoint.
 *
 * @throws TypeError if the list's value is not an endpoint, or is one with another method or path.
 */
export async function loadRoute(key: string, load: () => Promise<Route>): Promise<Route> {
  const route: Partial<Route> | undefined = await load();
  if (!isRoute(route)) {
    throw new TypeError(
      `what is listed as ${key} is not an endpoint; export it from its file under its operation id, as in export const getOrder = defineRoute({ ... }).handler(...), and run: npm run generate`,
    );
  }
  if (`${route.method} ${route.path}` !== key) {
    throw new TypeError(
      `${route.operationId} is ${route.method} ${route.path}, and is listed as ${key}; run: npm run generate`,
    );
  }
  return route;
}

function isRoute(value: Partial<Route> | undefined): value is Route {
  return typeof value?.handler === "function" && value.access !== undefined;
}

function byPath(a: Route, b: Route): number {
  return comparePaths(a.path, b.path) || (a.path < b.path ? -1 : 1);
}

/**
 * The routes of a router for the gateway, the docs and the access tests: the prefix, and everything below it.
 */
export function routesOfRouter({ operationId, prefix, summary, access }: MountedRouter): readonly Route[] {
  const route = {
    method: "ANY",
    summary,
    access,
    responses: () => ({}),
    handler: () => Promise.reject(new Error(`${operationId} is a router`)),
  } as const;
  return [
    { ...route, operationId, path: prefix },
    { ...route, operationId: `${operationId}Below`, path: `${prefix}/{proxy+}` },
  ];
}
