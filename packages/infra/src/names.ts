/** The names by which a release finds the deployed resources. */

/** The API's component in `sst.config.ts`. */
export const API_NAME = "Api";

/** The alias that all callers use, and that a release moves. */
export const ALIAS_NAME = "latest";

/** @param app the name of the SST app, which is `api.name`. */
export function functionNameOf(app: string, stage: string, component: string): string {
  return `${app}-${stage}-${component}`;
}

/** The logs of a component: the function's log, and the gateway's access log. */
export function logGroupsOf(app: string, stage: string, component: string): readonly [string, string] {
  const name = functionNameOf(app, stage, component);
  return [`/aws/lambda/${name}`, `/aws/vendedlogs/apis/${name}`];
}

/**
 * The name of a route's resource. It depends only on the route key without variable names, so that a new operation id,
 * access rule or variable name updates the route in place: the engine creates before it deletes, and the gateway does not
 * accept the same route key twice.
 *
 * @param routeKey `GET /v1/orders/{orderId}` gives `GET/v1/orders/{}`; a greedy variable gives `{+}`.
 */
export function routeResourceName(routeKey: string): string {
  return routeKey.replace(" ", "").replaceAll(/\{[^{}+]+(\+?)\}/g, "{$1}");
}
