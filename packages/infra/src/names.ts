/** The names by which a release finds what a deployment has made. */

/** The component that `sst.config.ts` makes of the API. */
export const API_NAME = "Api";

/** What everybody calls, and what a release moves. */
export const ALIAS_NAME = "latest";

/** @param app the name of the SST app, which is the API's own: `api.name`. */
export function functionNameOf(app: string, stage: string, component: string): string {
  return `${app}-${stage}-${component}`;
}
