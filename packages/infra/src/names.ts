/** The names by which a release finds what a deployment has made. */

/** The component that `sst.config.ts` makes of the API. */
export const API_NAME = "Api";

/** What everybody calls, and what a release moves. */
export const ALIAS_NAME = "latest";

/** @param app the name of the SST app, which is the API's own: `api.name`. */
export function functionNameOf(app: string, stage: string, component: string): string {
  return `${app}-${stage}-${component}`;
}

/** The logs of a component: of its function, and of its gateway's access. */
export function logGroupsOf(app: string, stage: string, component: string): readonly [string, string] {
  const name = functionNameOf(app, stage, component);
  return [`/aws/lambda/${name}`, `/aws/vendedlogs/apis/${name}`];
}

/**
 * The name of a route's resource. It follows from the route key alone, with the names of variables blanked, so that a new
 * operation id, access rule or variable name is an update in place: the engine creates before it deletes, and the gateway
 * takes no route key twice.
 *
 * @param routeKey as in `GET /v1/orders/{orderId}`, which gives `GET/v1/orders/{}`; a greedy variable gives `{+}`.
 */
export function routeResourceName(routeKey: string): string {
  return routeKey.replace(" ", "").replaceAll(/\{[^{}+]+(\+?)\}/g, "{$1}");
}
