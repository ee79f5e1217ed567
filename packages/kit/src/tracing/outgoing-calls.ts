/**
 * Spans of outgoing calls. Node reports each call on a channel (node:diagnostics_channel), for `fetch` and
 * for everything built on `node:http`: nothing is patched.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import { type Span, SpanKind, SpanStatusCode, type Tracer, trace } from "@opentelemetry/api";

/** The common part of undici's channels ("Diagnostics Channel Support") and Node's own for HTTP. */
interface Message {
  readonly request:
    | ClientRequest
    | { readonly method: string; readonly path: string; readonly origin: string };
  readonly response?: { readonly statusCode?: number };
  readonly error?: Error;
}

/**
 * Records each call that is made while a request's span is active. A span ends with the head of the response.
 *
 * @returns a function that stops recording.
 */
export function traceOutgoingCalls(tracer: Tracer): () => void {
  const spans = new WeakMap<object, Span>();

  function begin(message: unknown): void {
    const { request } = message as Message;
    // Calls to the collector, and calls outside any request, are not recorded.
    if (!trace.getActiveSpan()?.isRecording()) return;
    const origin =
      "origin" in request
        ? request.origin
        : `${request.protocol}//${request.getHeader("host") ?? request.host}`;
    const url = URL.parse(request.path, origin);
    if (!url) return;
    const attributes = {
      "http.request.method": request.method,
      "server.address": url.hostname,
      "server.port": Number(url.port) || (url.protocol === "https:" ? 443 : 80),
      // A query may hold secrets.
      "url.full": url.origin + url.pathname,
    };
    spans.set(request, tracer.startSpan(request.method, { kind: SpanKind.CLIENT, attributes }));
  }

  function end(message: unknown): void {
    const { request, response, error } = message as Message;
    const span = spans.get(request);
    if (!span) return;
    spans.delete(request);
    const { statusCode = 0 } = response ?? {};
    if (response) span.setAttribute("http.response.status_code", statusCode);
    if (error || statusCode >= 400) {
      span.setAttribute("error.type", error?.name ?? String(statusCode));
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
  }

  const listeners = Object.entries({
    "undici:request:create": begin,
    "undici:request:headers": end,
    "undici:request:error": end,
    "http.client.request.start": begin,
    "http.client.response.finish": end,
    "http.client.request.error": end,
  });
  for (const listener of listeners) subscribe(...listener);
  return () => {
    for (const listener of listeners) unsubscribe(...listener);
  };
}
