/** The Express app, made of the routes and of what the runtime does its own way. It listens to nothing by itself. */
import type { ServerResponse } from "node:http";
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from "express";
import type { Config } from "./config.ts";
import { ApiError, unexpectedError } from "./errors/api-error.ts";
import type { Route } from "./http/define-route.ts";
import { handleRoute, isAnswered } from "./http/handle-route.ts";
import { sendError } from "./http/reply.ts";
import { requestContext, setRequestContext } from "./http/request-context.ts";
import { requestIdFrom } from "./http/request-id.ts";
import { comparePaths, expressPath } from "./http/request-path.ts";
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

  app.use(startRequest(runtime, log), ...runtime.middleware);
  const enabled = routes.filter(({ feature }) => !feature || config.features[feature]);
  for (const route of enabled.toSorted((a, b) => comparePaths(a.path, b.path))) {
    const handler = handleRoute(route, { config, runtime, routes: enabled });
    // Not `app.all`, which makes a handler for each of the thirty-five methods that Node knows.
    app.route(expressPath(route.path)).all(handler);
    // A gateway has no route key with a slash at the end, so such a route is also known without it.
    if (route.path.endsWith("/")) app.route(expressPath(route.path).slice(0, -1)).all(handler);
  }
  app.use(notFound, answerError);
  return app;
}

/** Gives the request its id, its log, and the deadline by which it is answered whatever happens. */
function startRequest(runtime: Runtime, log: Log): RequestHandler {
  return (request, response, next) => {
    const requestId = requestIdFrom(request.headers["x-request-id"], runtime.requestId(request));
    const controller = new AbortController();
    setRequestContext(request, {
      requestId,
      log: log.with({ requestId }),
      signal: controller.signal,
      constantHeaders: runtime.constantHeaders,
    });

    const deadline = setTimeout(() => {
      const error = new ApiError("002503", { reason: "The answer took longer than the deadline allows" });
      controller.abort(error);
      fail(request, response, error);
    }, runtime.timeoutMilliseconds(request));
    response.once("close", () => {
      clearTimeout(deadline);
      if (!response.writableEnded) controller.abort(new Error("The caller has gone"));
    });
    next();
  };
}

const notFound: RequestHandler = () => {
  throw new ApiError("001404", { reason: "There is no such endpoint" });
};

/** Four parameters, by which Express knows an error handler. */
const answerError: ErrorRequestHandler = (error, request, response, _next) => {
  const { signal } = requestContext(request);
  // The handler has given up because of the deadline, which is answered, or because nobody waits for it any more.
  if (signal.aborted && error === signal.reason) return;
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
