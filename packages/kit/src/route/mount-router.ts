/** Finished Express routers: mounted behind an access rule, and listed like endpoints. */
import type { RequestHandler, Router } from "express";
import type { MountedRouter } from "../api.ts";
import { requestContext } from "../request/request-context.ts";
import type { RouteEnvironment } from "./handle-route.ts";
import { admit, throwErrors } from "./handle-route.ts";

/** Makes the handler that checks the caller's access and passes the request to the router. */
export function mountRouter(
  mounted: MountedRouter,
  environment: Pick<RouteEnvironment, "runtime" | "groupRefusal" | "services">,
): RequestHandler {
  let loading: Promise<Router> | undefined;

  const make = async () => mounted.router();

  function load(): Promise<Router> {
    if (loading) return loading;
    loading = make();
    // The next request tries again: what was missing may be available by then.
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
    // A public router may serve files, whose `maxAge` Express drops once the header is set.
    if (mounted.access.type !== "public" && !response.hasHeader("cache-control"))
      response.setHeader("cache-control", "no-store");
    router(request, response, next);
  });
}
