/**
 * The app's facts about a request. They are kept under a symbol that only this module has, so that no client
 * header and no library's property can be mistaken for them.
 */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Principal } from "../auth/principal.ts";
import type { Log } from "../log.ts";
import type { ReceivedRequest } from "../route/runtime.ts";
import { type RequestIds, requestIds, TraceContext } from "./request-ids.ts";

export class RequestContext {
  readonly received: ReceivedRequest;
  /** The infrastructure's id of the request, or a new one. */
  readonly requestId: string;
  /** For the access log: the matched route, the bytes of the response's body, and the error. */
  routeKey: string | undefined = undefined;
  /** Whether the route has its own metric. */
  hasMetrics = false;
  responseLength = 0;
  error: { readonly code: string; readonly reason: string } | undefined = undefined;
  /**
   * When the whole response was sent, if the response waits for the rest of the request. By
   * `performance.now()`.
   */
  answeredAt: number | undefined = undefined;
  /** The kind of the stream that is being sent. */
  stream: "finite" | "endless" | undefined = undefined;
  /** The signed-in caller, set by the access check. */
  principal: Principal | undefined = undefined;
  /** The caller as an access log may name it, also one who is refused: the subject, or the API key's prefix. */
  subject: string | undefined = undefined;
  /** The public part of the caller's API key. */
  apiKeyPrefix: string | undefined = undefined;
  /** The API's configuration, for middleware of a route. */
  services: Readonly<Record<string, Promise<unknown>>> = {};
  /** Runs a part of the request in its own span, if tracing is on. */
  inSpan: <Result>(name: string, work: () => Promise<Result>) => Promise<Result> = justRun;
  /** Why the response is no longer needed: the deadline has passed, or the caller has gone. */
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

  /** Parsed on first use: few requests need it. */
  get trace(): TraceContext {
    this.#trace ??= new TraceContext(this.#headers, this.received.lambdaRequestId ?? this.requestId);
    return this.#trace;
  }

  get ids(): RequestIds {
    const { lambdaRequestId } = this.received;
    return requestIds({ requestId: this.requestId, lambdaRequestId }, this.#headers, this.trace);
  }

  get log(): Log {
    this.#log ??= logOnFirstLine(() => this.#appLog.with({ ...this.ids }));
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

/** Handlers take the log as an argument, and seldom write a line: the ids cost a twentieth of a warm request. */
function logOnFirstLine(make: () => Log): Log {
  let log: Log | undefined;
  const made = (): Log => {
    log ??= make();
    return log;
  };
  return {
    info: (message, fields) => made().info(message, fields),
    warn: (message, fields) => made().warn(message, fields),
    error: (message, fields) => made().error(message, fields),
    with: (fields) => made().with(fields),
  };
}

const justRun: RequestContext["inSpan"] = (_, work) => work();

const CONTEXT = Symbol("request context");

type WithContext = IncomingMessage & { [CONTEXT]?: RequestContext };

export function setRequestContext(request: WithContext, context: RequestContext): void {
  request[CONTEXT] = context;
}

/**
 * The signed-in caller of a request, for middleware of a route and for mounted routers. `undefined` where the
 * access rule admits anyone, and before the access check.
 */
export function principalOf(request: IncomingMessage): Principal | undefined {
  return requestContext(request).principal;
}

/** Whether the request has passed the start of the app. */
export function hasRequestContext(request: WithContext): boolean {
  return request[CONTEXT] !== undefined;
}

/** @throws Error if the request never passed the start of the app, which is a programming error. */
export function requestContext(request: WithContext): RequestContext {
  const context = request[CONTEXT];
  if (!context) throw new Error("The request has no context");
  return context;
}

/** Whether a request announces a body. */
export function announcesBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}
