/**
 * The request headers in the endpoints' contracts. Separate from the definitions, because it needs zod at
 * once: the container's CORS loads it with the first preflight, and the gateway's plan whenever it is made.
 */
import * as zod from "zod";
import type { Route } from "./define-route.ts";

/** @returns the names in lower case, each once, sorted. */
export function requestHeaderNames(routes: readonly Route[]): readonly string[] {
  const names = routes.flatMap(({ request, etag, idempotency }) => [
    ...Object.keys(request?.(zod).headers?.shape ?? {}),
    ...(etag ? ["if-none-match"] : []),
    ...(idempotency ? ["idempotency-key"] : []),
  ]);
  return [...new Set(names.map((name) => name.toLowerCase()))].sort();
}
