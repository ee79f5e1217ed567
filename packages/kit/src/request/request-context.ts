/**
 * What the app knows of a request beyond the request itself. It is kept under a symbol that only this module has, so that
 * no header of a client and no property that a library sets can be mistaken for it.
 */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Principal } from "../auth/principal.ts";
import type { Log } from "../log.ts";
import type { ReceivedRequest } from "../route/runtime.ts";
import { type RequestIds, requestIds, TraceContext } from "./request-ids.ts";

export class RequestContext {
  readonly received: ReceivedRequest;
  /** The one that the infrastructure has given the request, else a new one. */
  readonly requestId: string;
  /** For the access log: the route that was matched, the bytes of the answer's body, and what went wrong. */
  routeKey: string | undefined = undefined;
  /** Whether the route has a metric of its own. */
  hasMetrics = false;
  responseLength = 0;
  error: { readonly code: string; readonly reason: string } | undefined = undefined;
  /** When all of the answer was sent, where its end waits for the rest of the request. By `performance.now()`. */
  answeredAt: number | undefined = undefined;
  /** Of which kind the stream is that is being sent. */
  stream: "finite" | "endless" | undefined = undefined;
  /** The signed-in caller, once the access rule has let it in. */
  principal: Principal | undefined = undefined;
  /** What tells the caller's API key from others, and is not secret. */
  apiKeyPrefix: string | undefined = undefined;
  /** The API's, for middleware of a route. */
  services: Readonly<Record<string, Promise<unknown>>> = {};
  /** Runs a part of the request's way in a span of its own, where tracing is on. */
  inSpan: <Result>(name: string, work: () => Promise<Result>) => Promise<Result> = justRun;
  /** Why the answer is not needed any more: the deadline has passed, or the caller has gone. */
  abortReason: Error | undefined = undefined;
  readonly #headers: IncomingHttpHeaders;
  readonly #appLog: Log;
  #trace: TraceContext | undefined = undefined;
  #log: Log | undefined = undefined;
  #controller: AbortController | undefined = undefined;

  constructor(received: ReceivedRequest, headers: IncomingHttpHeaders, appLog: Log) {
    this.received = received;
    this.requestId = received.requestId ?? crypto.randomUUID();
    this.#headers = headers;
    this.#appLog = appLog;
  }

  /** Made on first use, as are the log and the signal: most requests need none of them. */
  get trace(): TraceContext {
    this.#trace ??= new TraceContext(this.#headers, this.received.lambdaRequestId ?? this.requestId);
    return this.#trace;
  }

  get ids(): RequestIds {
    const { lambdaRequestId } = this.received;
    return requestIds({ requestId: this.requestId, lambdaRequestId }, this.#headers, this.trace);
  }

  get log(): Log {
    this.#log ??= this.#appLog.with({ ...this.ids });
    return this.#log;
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.abortReason) this.#controller.abort(this.abortReason);
    }
    return this.#controller.signal;
  }

  /** Who calls, as an access log may tell it. */
  get subject(): string | undefined {
    return this.apiKeyPrefix ?? this.principal?.subject;
  }

  abort(reason: Error): void {
    if (this.abortReason) return;
    this.abortReason = reason;
    this.#controller?.abort(reason);
  }
}

const justRun: RequestContext["inSpan"] = (_, work) => work();

const CONTEXT = Symbol("request context");

type WithContext = IncomingMessage & { [CONTEXT]?: RequestContext };

export function setRequestContext(request: WithContext, context: RequestContext): void {
  request[CONTEXT] = context;
}

/**
 * The signed-in caller of a request, for middleware of a route and for mounted routers. `undefined` where the access rule
 * lets anyone in, and before it has been applied.
 */
export function principalOf(request: IncomingMessage): Principal | undefined {
  return requestContext(request).principal;
}

/** Whether the request has passed the start of the app. */
export function hasRequestContext(request: WithContext): boolean {
  return request[CONTEXT] !== undefined;
}

/** @throws Error when the request never passed the start of the app: a programming error. */
export function requestContext(request: WithContext): RequestContext {
  const context = request[CONTEXT];
  if (!context) throw new Error("The request has no context");
  return context;
}

/** Whether a request announces a body. */
export function announcesBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}
