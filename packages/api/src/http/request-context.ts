/**
 * What the app knows of a request beyond the request itself. It is kept under a symbol that only this module has, so that
 * nothing a client sends, and nothing a library sets, can be taken for it. (A `WeakMap` would cost as much as routing.)
 */
import type { IncomingMessage } from "node:http";
import type { Log } from "../log.ts";

export class RequestContext {
  readonly requestId: string;
  /** What every answer of the app says, unless a reply says otherwise. */
  readonly constantHeaders: Readonly<Record<string, string>>;
  /** For the access log: the route that was matched, the bytes of the answer's body, and what went wrong. */
  routeKey: string | undefined = undefined;
  responseLength = 0;
  error: { readonly code: string; readonly reason: string } | undefined = undefined;
  /** Why nobody needs the answer any more: the deadline has passed, or the caller has gone. */
  abortReason: Error | undefined = undefined;
  readonly #appLog: Log;
  #log: Log | undefined = undefined;
  #controller: AbortController | undefined = undefined;

  constructor(requestId: string, appLog: Log, constantHeaders: Readonly<Record<string, string>>) {
    this.requestId = requestId;
    this.constantHeaders = constantHeaders;
    this.#appLog = appLog;
  }

  /** Made when somebody asks for it, as is the signal: most requests need neither. */
  get log(): Log {
    this.#log ??= this.#appLog.with({ requestId: this.requestId });
    return this.#log;
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.abortReason) this.#controller.abort(this.abortReason);
    }
    return this.#controller.signal;
  }

  abort(reason: Error): void {
    if (this.abortReason) return;
    this.abortReason = reason;
    this.#controller?.abort(reason);
  }
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
