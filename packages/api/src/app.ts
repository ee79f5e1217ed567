/** The Express app, made of the routes and of what the runtime does its own way. It listens to nothing by itself. */
import type { ServerResponse } from "node:http";
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from "express";
import type { Config } from "./config.ts";
import { ApiError, unexpectedError } from "./errors/api-error.ts";
import { createDeadlines } from "./http/deadlines.ts";
import type { Route } from "./http/define-route.ts";
import { handleRoute, isAnswered } from "./http/handle-route.ts";
import { sendError } from "./http/reply.ts";
import { RequestContext, requestContext, setRequestContext } from "./http/request-context.ts";
import { requestIdFrom } from "./http/request-id.ts";
import { comparePaths, expressPath, publicPath, routeKey } from "./http/request-path.ts";
import type { Log } from "./log.ts";
import { routes as allRoutes } from "./routes/routes.ts";
import type { Runtime } from "./runtime/runtime.ts";

export interface AppOptions {
  readonly config: Config;
  readonly runtime: Runtime;
  readonly log: Log;
  /** Default: every endpoint of this API. */
  readonly routes?: readonly Route[];
}

/** Makes the app. What is not one of its routes answers 404. */
export function createApp({ config, runtime, log, routes = allRoutes }: AppOptions): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.enable("case sensitive routing");
  app.enable("strict routing");
  app.set("query parser", "simple");
  app.set("trust proxy", config.trustedProxyHops);

  const enabled = routes.filter(({ feature }) => !feature || config.features[feature]);
  demandDistinct(enabled);
  const handlers = new Map(
    enabled.map((route) => [route, handleRoute(route, { config, runtime, routes: enabled })]),
  );
  app.use(startRequest(runtime, log, literalRoutes(handlers)));
  const others = [...handlers].filter(([{ path }]) => !isLiteral(path));
  for (const [route, handler] of others.sort(([a], [b]) => comparePaths(a.path, b.path))) {
    // Not `app.all`, which makes a handler for each of the thirty-five methods that Node knows.
    for (const path of knownPaths(route)) app.route(expressPath(path)).all(handler);
  }
  app.use(notFound, answerError);
  return app;
}

/** Looks up a path without variables. Express would compare it with the pattern of one route after the other. */
function literalRoutes(handlers: ReadonlyMap<Route, RequestHandler>): RequestHandler {
  const found = new Map<string, Map<string, RequestHandler>>();
  for (const [route, handler] of handlers) {
    if (!isLiteral(route.path)) continue;
    for (const known of knownPaths(route)) {
      const methods = found.get(known) ?? new Map<string, RequestHandler>();
      found.set(known, methods.set(route.method, handler));
    }
  }
  return (request, response, next) => {
    const handler = found.get(request.path)?.get(request.method);
    return handler ? handler(request, response, next) : next();
  };
}

const isLiteral = (path: string): boolean => !path.includes("{");

/** @throws TypeError for two routes with the same key. */
function demandDistinct(routes: readonly Route[]): void {
  const known = new Set<string>();
  for (const { method, path } of routes) {
    const key = routeKey(method, path);
    if (known.has(key)) throw new TypeError(`Two routes are ${key}; one of them would never be called`);
    known.add(key);
  }
}

/** A gateway has no route key with a slash at the end, so a route with one is known without it too. */
function knownPaths({ path }: Route): ReadonlySet<string> {
  return new Set([path, publicPath(path)]);
}

/**
 * Gives the request its id, its log, and the deadline by which it is answered whatever happens.
 *
 * @param listener gets the request then, unless the runtime has answered it.
 */
function startRequest(runtime: Runtime, log: Log, listener: RequestHandler): RequestHandler {
  const deadlines = createDeadlines();
  return (request, response, next) => {
    const requestId = requestIdFrom(request.headers["x-request-id"], runtime.requestId(request));
    const context = new RequestContext(requestId, log, runtime.constantHeaders);
    setRequestContext(request, context);

    const endDeadline = deadlines.start(runtime.timeoutMilliseconds(request), () => {
      const error = new ApiError("002503", { reason: "The answer took longer than the deadline allows" });
      context.abort(error);
      fail(request, response, error);
    });
    response.on("close", () => {
      endDeadline();
      if (!response.writableEnded) context.abort(new Error("The caller has gone"));
    });
    return runtime.receive(request, response) ? undefined : listener(request, response, next);
  };
}

const notFound: RequestHandler = () => {
  throw new ApiError("001404", { reason: "There is no such endpoint" });
};

/** Four parameters, by which Express knows an error handler. */
const answerError: ErrorRequestHandler = (error, request, response, _next) => {
  const { abortReason } = requestContext(request);
  // The handler has given up because of the deadline, which is answered, or because nobody waits for it any more.
  if (abortReason && error === abortReason) return;
  fail(request, response, error instanceof ApiError ? error : unexpectedError(error));
};

function fail(request: express.Request, response: ServerResponse, error: ApiError): void {
  const context = requestContext(request);
  context.error = { code: error.code, reason: error.reason };
  if (error.status >= 500) context.log.error("request failed", { error });
  else if (error.cause !== undefined) {
    // A caller's mistake needs no stack of ours.
    const { code, reason, cause } = error;
    context.log.warn("request refused", {
      code,
      reason,
      cause: cause instanceof Error ? cause.message : String(cause),
    });
  }
  if (isAnswered(response)) return;
  sendError(request, response, error);
}
