import type { Route } from "@lambda-express-api/kit/route/define-route.ts";

/** The API, as far as its releases have to know it. `main.ts` hands it over; nothing else here imports it. */
export interface ReleaseTarget {
  /** Every endpoint. */
  readonly routes: readonly Route[];
  readonly checks: {
    /** Answers 200 wherever a version can serve. */
    readonly health: Route;
    /**
     * A GET for signed-in callers that answers from their claims alone, so that nothing but the version itself can make
     * it fail.
     */
    readonly caller: Route;
  };
  /** Fills a folder with what Lambda is given. */
  build(folder: string): Promise<unknown>;
}
