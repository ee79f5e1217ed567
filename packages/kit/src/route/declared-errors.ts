/** Demands that an endpoint lists the error codes that its handler throws. Not used in production. */
import { ApiError } from "../errors/api-error.ts";
import type { ErrorCode } from "../errors/catalogue.ts";
import type { ApiFacts, Route } from "./define-route.ts";

/** Any handler may throw these, because the kit itself returns them at any endpoint. */
const GENERAL: ReadonlySet<string> = new Set<ErrorCode>([
  "001400",
  "002400",
  "001429",
  "001500",
  "001503",
  "002503",
]);

/** Makes a route whose handler throws an `Error` instead of a code that the route does not list. */
export function withDeclaredErrors(route: Route, errors: ApiFacts["errors"]): Route {
  const listed = new Set(route.errors);
  return {
    ...route,
    async handler(input) {
      try {
        return await route.handler(input);
      } catch (error) {
        if (!(error instanceof ApiError) || listed.has(error.code) || GENERAL.has(error.code)) throw error;
        // The log has its own sentence for a code that the API does not have.
        if (!Object.hasOwn(errors, error.code)) throw error;
        throw new Error(
          `${route.operationId} throws the error ${error.code}, which it does not list; add the code to its errors: ["${error.code}"]`,
          { cause: error },
        );
      }
    },
  };
}
