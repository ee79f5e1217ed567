/**
 * What the app knows of a request beyond the request itself. It is kept under a symbol that only this module has, so that
 * nothing a client sends, and nothing a library sets, can be taken for it. (A `WeakMap` would cost as much as routing.)
 */
import type { IncomingMessage } from "node:http";
import type { Log } from "../log.ts";

export interface RequestContext {
  readonly requestId: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** What every answer of the app says, unless a reply says otherwise. */
  readonly constantHeaders: Readonly<Record<string, string>>;
  /** For the access log: the route that was matched, the bytes of the answer's body, and what went wrong. */
  routeKey?: string;
  responseLength?: number;
  error?: { readonly code: string; readonly reason: string };
}

const CONTEXT = Symbol("request context");

type WithContext = IncomingMessage & { [CONTEXT]?: RequestContext };

export function setRequestContext(request: WithContext, context: RequestContext): void {
  request[CONTEXT] = context;
}

/** @throws Error when the request never passed the start of the app: a programming error. */
export function requestContext(request: WithContext): RequestContext {
  const context = request[CONTEXT];
  if (!context) throw new Error("The request has no context");
  return context;
}
