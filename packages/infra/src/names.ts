/** What is called how: for who makes it, and for who finds it again without asking anybody. */

export const APP_NAME = "lambda-express-api";

/** The component that `sst.config.ts` makes of the API. */
export const API_NAME = "Api";

/** What everybody calls, and what a release moves. */
export const ALIAS_NAME = "latest";

export function functionNameOf(app: string, stage: string, component: string): string {
  return `${app}-${stage}-${component}`;
}
