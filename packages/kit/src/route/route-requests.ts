/** Hands each request to its endpoint, or to the router that is mounted there. */
import { type RequestHandler, Router } from "express";
import type { Api } from "../api.ts";
import { expressPath, splitRouteKey } from "../request/request-path.ts";
import { handleRoute, type RouteEnvironment } from "./handle-route.ts";
import { mountRouter } from "./mount-router.ts";
import { createRouteTable, type FoundRoute } from "./route-table.ts";

type RouteLoader = Api["routes"][string];

interface Mounted {
  readonly handler: RequestHandler;
  /** Express's `request.route`, by whose path libraries name what they measure. */
  readonly route: { readonly path: string };
}

/**
 * Makes the handler of all endpoints and routers. One that calls `next` leaves the request to the next one that matches, as in
 * Express; the last leaves it to what `app.use` has added.
 *
 * @throws TypeError for two routes with the same method and path.
 */
export function routeRequests(
  { routes, routers }: Pick<Api, "routes" | "routers">,
  environment: RouteEnvironment,
): RequestHandler {
  demandDistinct(routes);
  const mounted = new Map<string, Mounted>();
  const mount = (key: string, handler: RequestHandler): Mounted => {
    const made = { handler, route: { path: expressPath(splitRouteKey(key).path) } };
    mounted.set(key, made);
    return made;
  };
  const forAnyMethod = routers.flatMap((router) => {
    const handler = Router({ caseSensitive: true }).use(router.prefix, mountRouter(router, environment));
    const keys = [`ANY ${router.prefix}/`, `ANY ${router.prefix}/{proxy+}`];
    for (const key of keys) mount(key, handler);
    return keys;
  });
  const table = createRouteTable(routes, forAnyMethod);

  /** Made by the first request: a cold start pays only for its own endpoint. */
  const endpoint = (key: string): Mounted =>
    mount(key, handleRoute({ ...splitRouteKey(key), load: routes[key] as RouteLoader }, environment));

  return (request, response, next) => {
    const { method, path } = request;
    const { params: before } = request;
    let others: FoundRoute[] | undefined;

    const hand = ({ key, params }: FoundRoute) => {
      const { handler, route } = mounted.get(key) ?? endpoint(key);
      request.params = params;
      request.route = route;
      return handler(request, response, goOn);
    };
    const goOn = (error?: unknown): unknown => {
      others ??= [...table.others(method, path)];
      const found = error === undefined ? others.shift() : undefined;
      // A router that hands it on looks at no promise.
      if (found) return Promise.resolve(hand(found)).catch(next);
      request.params = before;
      request.route = undefined;
      return next(error);
    };

    const exact = table.exact(method, path);
    return exact === undefined ? goOn() : hand({ key: exact, params: {} });
  };
}

function demandDistinct(routes: Api["routes"]): void {
  for (const key of Object.keys(routes)) {
    if (key.endsWith("/") && Object.hasOwn(routes, key.slice(0, -1)))
      throw new TypeError(`Two routes are ${key.slice(0, -1)}; one of them would never be called`);
  }
}
