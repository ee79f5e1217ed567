import type { IncomingMessage, RequestListener } from "node:http";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { Express } from "express";
import type { Api } from "../api.ts";
import { createApp } from "../app.ts";
import { loadConfig } from "../config.ts";
import { errorAnswer, unexpectedError } from "../errors/api-error.ts";
import { catalogue } from "../errors/catalogue.ts";
import { createLog, type Log } from "../log.ts";
import { requestIdFrom } from "../request/request-context.ts";
import { securityHeaders } from "../request/security-headers.ts";
import { createServices } from "../services.ts";
import { createEventAdapter, type HttpResult, type InvocationContext } from "./event-adapter.ts";
import { createLambdaRuntime } from "./lambda-runtime.ts";
import { isWarmerEvent, type WarmerAnswer, warm } from "./warmer.ts";
import { writeLine } from "./write-line.ts";

export type LambdaHandler = (
  event: unknown,
  context: InvocationContext,
) => Promise<HttpResult | WarmerAnswer>;

/** Another library's translation of events: serverless-http as it is, or one with the same form. */
export type ForeignAdapter = (listener: RequestListener) => (event: object, context: object) => Promise<object>;

export interface HandlerOptions {
  /** Default: the process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Default: JSON lines on stdout. */
  readonly log?: Log;
  /** Values in the place of the API's services, for tests. */
  readonly services?: Readonly<Record<string, unknown>>;
  /** Is given the app before its first request: `app.use(...)`. */
  readonly configure?: (app: Express) => void;
  /** Default: the kit's own. */
  readonly adapter?: ForeignAdapter;
}

/**
 * Makes the function's handler.
 *
 * It answers payload 2.0 events of an HTTP API and warm-up pings. It throws for any other event: that is a mistake in
 * the infrastructure, and must not look like an answer.
 *
 * @throws ConfigError when the environment is wrong, or `RUNTIME` is not `LAMBDA`.
 */
export function createHandler(
  api: Api,
  {
    environment = process.env,
    log = createLog(writeLine),
    services: replaced = {},
    configure,
    adapter,
  }: HandlerOptions = {},
): LambdaHandler {
  const config = loadConfig(environment, { runtime: "LAMBDA", settings: api.settings });
  const { services } = createServices(api.services, { config, log, replaced });
  const app = createApp({ api, config, log, services, runtime: createLambdaRuntime(config) });
  configure?.(app);
  const respond = adapter ? adaptWith(adapter, app) : createEventAdapter(app, rememberEvent, securityHeaders);

  return async (event, context) => {
    if (isWarmerEvent(event)) return warm(event, context, log);
    if (!isHttpEvent(event)) throw new TypeError("The event is not a payload 2.0 event of an HTTP API");
    try {
      return await respond(event, context);
    } catch (error) {
      const requestId = requestIdFrom(event.headers?.["x-request-id"], event.requestContext.requestId);
      return failure(error, requestId, log);
    }
  };
}

function rememberEvent(
  request: IncomingMessage,
  event: APIGatewayProxyEventV2,
  context: InvocationContext,
): void {
  Object.assign(request, { apiGateway: { event, context } });
}

function isHttpEvent(event: unknown): event is APIGatewayProxyEventV2 {
  const { version, requestContext } = (event ?? {}) as Partial<APIGatewayProxyEventV2>;
  return version === "2.0" && typeof requestContext?.http?.method === "string";
}

/** Adds the security headers, as the kit's own adapter does. */
function adaptWith(adapter: ForeignAdapter, app: Express) {
  const respond = adapter(app);
  return async (event: APIGatewayProxyEventV2, context: InvocationContext): Promise<HttpResult> => {
    const result = (await respond(event, context)) as HttpResult;
    return { ...result, headers: { ...securityHeaders, ...result.headers } };
  };
}

/** What the app itself could not answer: it destroyed its response, or answered more than Lambda takes. */
function failure(error: unknown, requestId: string, log: Log): HttpResult {
  log.error("request failed", { requestId, error });
  const { status, body } = errorAnswer(unexpectedError(error), catalogue["001500"], requestId);
  return {
    statusCode: status,
    headers: {
      ...securityHeaders,
      "cache-control": "no-store",
      "content-type": "application/json; charset=utf-8",
      "x-request-id": requestId,
    },
    cookies: [],
    body: JSON.stringify(body),
    isBase64Encoded: false,
  };
}
