/**
 * `fetch` within one request: its calls belong to the request's trace, and are aborted once the response is not
 * needed anymore. Nothing global is changed.
 */
import type { RequestContext } from "./request-context.ts";

/** The call's own headers and signal still apply. */
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
