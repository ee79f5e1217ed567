/**
 * `fetch` for the time of one request: what it asks belongs to the request's trace, and it gives up when nothing waits for the
 * answer any more. Nothing global is changed.
 */
import type { RequestContext } from "./request-context.ts";

/** Headers and a signal of the caller's own are kept. */
export function tracedFetch(
  context: RequestContext,
  ...[input, init]: Parameters<typeof fetch>
): Promise<Response> {
  const given = input instanceof Request ? input : undefined;
  const headers = new Headers(init?.headers ?? given?.headers);
  if (!headers.has("traceparent"))
    for (const [name, value] of Object.entries(context.trace.headers)) headers.set(name, value);
  const signals = [context.signal, init?.signal ?? given?.signal].filter((signal) => !!signal);
  return fetch(input, { ...init, headers, signal: AbortSignal.any(signals) });
}
