/**
 * The request headers that endpoints ask for. Apart from the definitions, because it needs zod at once: the container's
 * CORS loads this with the first preflight, the gateway's plan whenever it is made.
 */
import * as zod from "zod";
import type { Route } from "./define-route.ts";

/** @returns the names in lower case, each once, in the order of the alphabet. */
export function requestHeaderNames(routes: readonly Route[]): readonly string[] {
  const names = routes.flatMap(({ request, etag, idempotency }) => [
    ...Object.keys(request?.(zod).headers?.shape ?? {}),
    ...(etag ? ["if-none-match"] : []),
    ...(idempotency ? ["idempotency-key"] : []),
  ]);
  return [...new Set(names.map((name) => name.toLowerCase()))].sort();
}
