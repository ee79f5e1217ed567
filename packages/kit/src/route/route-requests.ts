/** Hands each request to its endpoint, or to the router that is mounted there. */
import { type RequestHandler, Router } from "express";
import type { Api } from "../api.ts";
import { expressPath, splitRouteKey } from "../request/request-path.ts";
import { handleRoute, type RouteEnvironment } from "./handle-route.ts";
import { mountRouter } from "./mount-router.ts";
import { createRouteTable, type FoundRoute } from "./route-table.ts";

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
  const handlers = new Map<string, RequestHandler>();
  const forAnyMethod = routers.flatMap((mounted) => {
    const handler = Router({ caseSensitive: true }).use(mounted.prefix, mountRouter(mounted, environment));
    const keys = [`ANY ${mounted.prefix}/`, `ANY ${mounted.prefix}/{proxy+}`];
    for (const key of keys) handlers.set(key, handler);
    return keys;
  });
  const table = createRouteTable(routes, forAnyMethod);

  /** Made by the first request: a cold start pays only for its own endpoint. */
  function handlerOf(key: string): RequestHandler {
    const known = handlers.get(key);
    if (known) return known;
    const load = routes[key] as Api["routes"][string];
    const handler = handleRoute({ ...splitRouteKey(key), load }, environment);
    handlers.set(key, handler);
    return handler;
  }

  return (request, response, next) => {
    const { method, path } = request;
    const { params: before } = request;
    let others: FoundRoute[] | undefined;

    const hand = ({ key, params }: FoundRoute) => {
      request.params = params;
      // For libraries that name what they measure by it.
      request.route = { path: expressPath(splitRouteKey(key).path) };
      return handlerOf(key)(request, response, goOn);
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
