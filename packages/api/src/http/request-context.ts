/**
 * What the app knows of a request beyond the request itself. It is kept beside the request object and not on it, so
 * that nothing a client sends, and nothing a library sets, can be taken for it.
 */
import type { IncomingMessage } from "node:http";
import type { Log } from "../log.ts";

export interface RequestContext {
  readonly requestId: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** For the access log: the route that was matched, the bytes of the answer's body, and what went wrong. */
  routeKey?: string;
  responseLength?: number;
  error?: { readonly code: string; readonly reason: string };
}

const contexts = new WeakMap<IncomingMessage, RequestContext>();

export function setRequestContext(request: IncomingMessage, context: RequestContext): void {
  contexts.set(request, context);
}

/** @throws Error when the request never passed the start of the app: a programming error. */
export function requestContext(request: IncomingMessage): RequestContext {
  const context = contexts.get(request);
  if (!context) throw new Error("The request has no context");
  return context;
}
