/**
 * An API's Express app, which does not listen by itself. A request passes through these steps: its ID, log and deadline; the
 * runtime's handlers (access log, CORS); metrics, if enabled; the API's middleware; its routes and routers; handlers added
 * with `app.use`; the 404 handler.
 */
import { IncomingMessage, ServerResponse } from "node:http";
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from "express";
import type { Api, ErrorCodes } from "./api.ts";
import type { Config } from "./config.ts";
import { enabledRoutes } from "./enabled-routes.ts";
import { ApiError, errorAnswer, unexpectedError } from "./errors/api-error.ts";
import type { CatalogueEntry } from "./errors/catalogue.ts";
import { type Log, maskOf } from "./log.ts";
import { watchBody } from "./request/body-timeouts.ts";
import { parseQuery } from "./request/fields.ts";
import {
  announcesBody,
  hasRequestContext,
  RequestContext,
  requestContext,
  setRequestContext,
} from "./request/request-context.ts";
import { varyHeaders } from "./request/security-headers.ts";
import { trustedProxies } from "./request/trusted-proxies.ts";
import type { ApiFacts } from "./route/define-route.ts";
import { throwErrors } from "./route/handle-route.ts";
import { encodeReply, isAnswered, sendAnswer, type WholeAnswer, wellFormedReply } from "./route/reply.ts";
import { routeRequests } from "./route/route-requests.ts";
import type { Runtime } from "./route/runtime.ts";
import type { Tracing } from "./tracing/tracing.ts";

export interface AppOptions {
  readonly api: Api;
  readonly config: Config;
  readonly runtime: Runtime;
  readonly log: Log;
  /** From `createServices`. */
  readonly services: Readonly<Record<string, Promise<unknown>>>;
  /** From `startTracing`. */
  readonly tracing?: Promise<Tracing> | undefined;
}

/**
 * Creates the app. As in Express, handlers that you add with `app.use` before the first request run before the 404 handler
 * and the error handler.
 *
 * @throws TypeError for middleware that is not a list of handlers.
 */
export function createApp({ api, config, runtime, log, services, tracing }: AppOptions): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.enable("case sensitive routing");
  app.enable("strict routing");
  app.set("query parser", parseQuery);
  app.set("trust proxy", trustedProxies(config));

  const fail = failWith(api.errors, maskOf(config.secrets));
  // The same whether this app or a gateway applies CORS.
  const headers = new Map([...runtime.headers, ...Object.entries(varyHeaders(config))]);
  app.use(enter(app, startRequest(runtime, headers, { log, services }, fail), fail));
  const middleware = api.middleware({ config: config as Config<never>, services: services as never });
  if (!Array.isArray(middleware) || middleware.some((handler) => typeof handler !== "function"))
    throw new TypeError(
      "middleware of defineApi must give a list of Express handlers: middleware: () => [handler]",
    );
  const facts = factsOf(api, config);
  const spans = tracing ? [onceLoaded(tracing.then(({ traceRequest }) => traceRequest))] : [];
  const metrics = config.metricsNamespace
    ? [onceLoaded(requestMetrics(config.metricsNamespace, api.name))]
    : [];
  for (const handler of [...spans, ...runtime.middleware(facts), ...metrics, ...middleware.map(throwErrors)])
    app.use(handler);

  const { groupRefusal } = api;
  app.use(routeRequests(api, { config, runtime, groupRefusal, services, api: facts }));
  return app;
}

/** The classes that Node's `createServer` accepts as options. */
export interface MessageClasses {
  readonly IncomingMessage: typeof IncomingMessage;
  readonly ServerResponse: typeof ServerResponse;
}

/**
 * Creates classes whose instances already have the prototypes `app.request` and `app.response`, which Express would otherwise
 * set on each object. V8 runs Node's code more slowly on objects whose prototype has changed
 * (docs/decisions/0014-container-speed.md).
 */
export function messageClasses(app: Express): MessageClasses {
  return {
    IncomingMessage: withPrototype(IncomingMessage, app.request),
    ServerResponse: withPrototype(ServerResponse, app.response),
  };
}

/** A class that differs from another only in its instances' prototype. */
function withPrototype<Class extends typeof IncomingMessage | typeof ServerResponse>(
  like: Class,
  prototype: object,
): Class {
  function Message(...given: unknown[]) {
    return Reflect.construct(like, given, Message);
  }
  Message.prototype = prototype;
  return Message as unknown as Class;
}

/** Loaded only if metrics are on, to keep other cold starts fast. */
async function requestMetrics(namespace: string, name: string): Promise<RequestHandler> {
  return (await import("./metrics/request-metrics.ts")).createRequestMetrics(namespace, name);
}

function onceLoaded(loading: Promise<RequestHandler>): RequestHandler {
  return async (request, response, next) => (await loading)(request, response, next);
}

function factsOf(api: Api, { features }: Config): ApiFacts {
  const { name, version, description, errors } = api;
  return { name, version, description, errors, endpoints: () => enabledRoutes(api, features) };
}

/**
 * Creates the first handler, which starts the request and runs the app's router with its own final handler. After
 * `next("router")`, Express's final handler would send an HTML page.
 */
function enter(app: Express, start: Start, fail: Fail): RequestHandler {
  const answerError = answerErrors(fail);
  let isComplete = false;
  return (request, response, next) => {
    if (hasRequestContext(request)) return next();
    // The app is complete at the first request.
    if (!isComplete) app.use(notFound, answerError);
    isComplete = true;
    start(request, response);
    app.router(request, response, (error?: unknown) =>
      answerError(error ?? noSuchEndpoint(), request, response, next),
    );
  };
}

type Start = (request: Request, response: Response) => void;

/** Gives the request its ID, its log, and the deadlines that guarantee a response. */
function startRequest(
  runtime: Runtime,
  headers: Runtime["headers"],
  { log, services }: Pick<AppOptions, "log" | "services">,
  fail: Fail,
): Start {
  return (request, response) => {
    const received = runtime.receive(request);
    const context = new RequestContext(received, request.headers, log);
    context.services = services;
    setRequestContext(request, context);
    response.setHeader("x-request-id", context.requestId);
    for (const [name, value] of headers) response.setHeader(name, value);

    const giveUp = (error: ApiError) => {
      if (context.answeredAt !== undefined || context.stream || response.writableEnded) return;
      context.abort(error);
      fail(request, response, error);
      ignoreLateAnswer(response);
    };
    const deadline = setTimeout(() => {
      giveUp(new ApiError("002503", { reason: "The response took longer than the deadline allows" }));
    }, received.timeoutMilliseconds);
    const stopWatching =
      runtime.bodyTimeouts && announcesBody(request)
        ? watchBody(request, runtime.bodyTimeouts, (reason) =>
            giveUp(new ApiError("001408", { reason, headers: { connection: "close" } })),
          )
        : undefined;
    response.on("close", () => {
      clearTimeout(deadline);
      stopWatching?.();
      if (!response.writableEnded) context.abort(new Error("The caller has gone"));
    });
  };
}

/**
 * Express code that responds in a callback does not know that the deadline has passed. Otherwise, its `res.json()` would throw
 * outside Express and crash the process, along with other callers' requests.
 */
function ignoreLateAnswer(response: Response): void {
  const ignore = () => response;
  const late = { setHeader: ignore, appendHeader: ignore, removeHeader: ignore, writeHead: ignore };
  Object.assign(response, late).on("error", () => {});
}

const noSuchEndpoint = () => new ApiError("001404", { reason: "There is no such endpoint" });

const notFound: RequestHandler = () => {
  throw noSuchEndpoint();
};

/** Express recognizes error handlers by their four parameters. */
function answerErrors(fail: Fail): ErrorRequestHandler {
  return (thrown, request, response, _next) => {
    const { abortReason } = requestContext(request);
    // The handler gave up because the deadline passed, so a response was already sent, or because the caller disconnected.
    if (abortReason && thrown === abortReason) return;
    fail(
      request,
      response,
      thrown instanceof ApiError ? thrown : (refusal(thrown) ?? unexpectedError(thrown)),
    );
  };
}

const CODES: Readonly<Record<number, string>> = {
  404: "001404",
  413: "001413",
  415: "001415",
  429: "001429",
};

/** A 4xx error from Express or its middleware, such as body-parser, in the format of http-errors. */
function refusal(thrown: unknown): ApiError | undefined {
  const { status, expose } = (thrown ?? {}) as { readonly status?: unknown; readonly expose?: unknown };
  if (typeof status !== "number" || status < 400 || status > 499 || expose !== true) return undefined;
  return new ApiError(CODES[status] ?? "001400", {
    status,
    reason: "The request was refused",
    cause: thrown,
  });
}

type Fail = (request: Request, response: Response, error: ApiError) => void;

/** Headers that a handler set for a response that it could not finish. */
const SAID_OF_CONTENT = [
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-range",
  "etag",
  "last-modified",
  "transfer-encoding",
];

/** Creates the function that logs an error at the level that matches its status and sends the error response. */
function failWith(errors: ErrorCodes, mask: (json: string) => string): Fail {
  /** @throws Error for a code that the API does not have, and for an invalid status or header. */
  function answerOf(error: ApiError, { headers }: Request, requestId: string): WholeAnswer {
    if (!Object.hasOwn(errors, error.code)) throw new Error(`Unknown error code ${error.code}`);
    const entry = errors[error.code] as CatalogueEntry;
    const { contentType, ...reply } = errorAnswer(error, entry, requestId, headers.accept);
    const answer = encodeReply(wellFormedReply(reply), contentType) as WholeAnswer;
    return { ...answer, body: mask(String(answer.body)) };
  }

  return (request, response, thrown) => {
    const context = requestContext(request);
    let error = thrown;
    let answer: WholeAnswer;
    try {
      answer = answerOf(error, request, context.requestId);
    } catch (fault) {
      error = unexpectedError(new Error((fault as Error).message, { cause: thrown }));
      answer = answerOf(error, request, context.requestId);
    }
    const isOver = response.writableEnded || context.answeredAt !== undefined;
    // A caller's mistake that appears only after the response, such as an incomplete body, is not worth logging.
    if (isOver && answer.status < 500) return;
    context.error = { code: error.code, reason: error.reason };
    if (answer.status >= 500) {
      if (!error.isLogged) context.log.error("request failed", { error });
    } else if (error.cause !== undefined) {
      // A caller's mistake needs no stack trace.
      const { code, reason, cause } = error;
      context.log.warn("request refused", {
        code,
        reason,
        cause: cause instanceof Error ? cause.message : String(cause),
      });
    }
    if (!isAnswered(response)) {
      for (const name of SAID_OF_CONTENT) response.removeHeader(name);
      sendAnswer(request, response, answer);
      // Part of another response was already sent, so the caller must see that it is incomplete.
    } else if (!isOver) response.destroy();
  };
}
