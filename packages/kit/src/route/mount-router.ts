/** Finished Express routers: mounted behind an access rule, and listed like endpoints. */
import type { RequestHandler, Router } from "express";
import type { MountedRouter } from "../api.ts";
import { requestContext } from "../request/request-context.ts";
import { admit } from "./admit.ts";
import type { Route } from "./define-route.ts";
import type { RouteEnvironment } from "./handle-route.ts";
import { throwErrors } from "./run-handlers.ts";

/** Makes the handler that lets a caller in, or refuses it, and hands the request to the router. */
export function mountRouter(
  mounted: MountedRouter,
  environment: Pick<RouteEnvironment, "runtime" | "groupRefusal">,
): RequestHandler {
  let loading: Promise<Router> | undefined;

  const make = async () => mounted.router();

  function load(): Promise<Router> {
    if (loading) return loading;
    loading = make();
    // The next request tries again: what it needs may be back by then.
    loading.catch(() => {
      loading = undefined;
    });
    return loading;
  }

  return throwErrors(async (request, response, next) => {
    const context = requestContext(request);
    context.routeKey = `ANY ${mounted.prefix}${request.path === "/" ? "" : "/{proxy+}"}`;
    await admit(mounted.access, request, environment);
    const router = await load();
    router(request, response, next);
  });
}

/** The routes that the gateway, the docs and the access tests have for a router: the prefix, and all that is below it. */
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
