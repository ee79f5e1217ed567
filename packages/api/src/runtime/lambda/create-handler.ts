import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { type AppOptions, createApp } from "../../app.ts";
import { errorBody, unexpectedError } from "../../errors/api-error.ts";
import { requestIdFrom } from "../../http/request-id.ts";
import { securityHeaders } from "../../http/security-headers.ts";
import type { Log } from "../../log.ts";
import { createEventAdapter, type HttpResult, type InvocationContext } from "./event-adapter.ts";
import { createLambdaRuntime } from "./lambda-runtime.ts";
import { createServerlessHttpAdapter, type ServerlessHttp } from "./serverless-http.ts";
import { isWarmerEvent, type WarmerAnswer, warm } from "./warmer.ts";

export type LambdaHandler = (
  event: unknown,
  context: InvocationContext,
) => Promise<HttpResult | WarmerAnswer>;

export interface HandlerOptions extends Omit<AppOptions, "runtime"> {
  /**
   * The default export of serverless-http, where it is to translate events and answers. Options of its own go by a
   * function: `(app, options) => serverlessHttp(app, { ...options, binary: ["image/*"] })`. Default: our own adapter.
   */
  readonly adapter?: ServerlessHttp;
}

/**
 * Makes the function's handler.
 *
 * It answers payload 2.0 events of an HTTP API and warm-up pings. It throws for any other event: that is a mistake in
 * the infrastructure, and must not look like an answer.
 */
export function createHandler({ config, log, routes, adapter }: HandlerOptions): LambdaHandler {
  const runtime = createLambdaRuntime(config);
  const app = createApp({ config, runtime, log, ...(routes && { routes }) });
  const respond = adapter
    ? createServerlessHttpAdapter({
        serverlessHttp: adapter,
        listener: app,
        onRequest: runtime.remember,
        constantHeaders: securityHeaders,
        stageName: config.stageName,
      })
    : createEventAdapter(app, runtime.remember, securityHeaders);

  return async (event, context) => {
    if (isWarmerEvent(event)) return warm(event, context, log);
    if (!isHttpEvent(event)) throw new TypeError("The event is no payload 2.0 event of an HTTP API");
    try {
      return await respond(event, context);
    } catch (error) {
      return failure(
        error,
        requestIdFrom(event.headers?.["x-request-id"], event.requestContext.requestId),
        log,
      );
    }
  };
}

function isHttpEvent(event: unknown): event is APIGatewayProxyEventV2 {
  const { version, requestContext } = (event ?? {}) as Partial<APIGatewayProxyEventV2>;
  return version === "2.0" && typeof requestContext?.http?.method === "string";
}

/** What the app itself could not answer: it destroyed its response, or answered more than Lambda takes. */
function failure(error: unknown, requestId: string, log: Log): HttpResult {
  log.error("request failed", { requestId, error });
  return {
    statusCode: 500,
    headers: {
      ...securityHeaders,
      "cache-control": "no-store",
      "content-type": "application/json; charset=utf-8",
      "x-request-id": requestId,
    },
    cookies: [],
    body: JSON.stringify(errorBody(unexpectedError(error), requestId)),
    isBase64Encoded: false,
  };
}
