import type { RequestListener } from "node:http";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { Express } from "express";
import type { Api } from "../api.ts";
import { createApp, messageClasses } from "../app.ts";
import { loadConfig, secretValues } from "../config.ts";
import { ApiError, errorAnswer, unexpectedError } from "../errors/api-error.ts";
import { catalogue } from "../errors/catalogue.ts";
import { createLog, type Log, withoutSecrets } from "../log.ts";
import { requestIds, TraceContext } from "../request/request-ids.ts";
import { headersWithoutApp, securityHeaders } from "../request/security-headers.ts";
import { createServices } from "../services.ts";
import { startTracing } from "../tracing/tracing.ts";
import {
  createEventAdapter,
  type EventAdapter,
  type HttpResult,
  type InvocationContext,
} from "./event-adapter.ts";
import { createLambdaRuntime } from "./lambda-runtime.ts";
import type { WarmerAnswer, WarmerEvent } from "./warmer.ts";
import { writeLine } from "./write-line.ts";

export type LambdaHandler = (
  event: unknown,
  context: InvocationContext,
) => Promise<HttpResult | WarmerAnswer>;

/**
 * The default export of serverless-http, as far as it is used here; the package itself need not be installed.
 */
export type ServerlessHttp = (
  listener: RequestListener,
  options: { readonly basePath?: string },
) => (event: APIGatewayProxyEventV2, context: InvocationContext) => Promise<unknown>;

export interface HandlerOptions {
  /** Default: the process's environment. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Default: JSON lines on stdout. */
  readonly log?: Log;
  /** Replacements for the API's services, for tests. */
  readonly services?: Readonly<Record<string, unknown>>;
  /** Receives the app before its first request: `app.use(...)`. */
  readonly configure?: (app: Express) => void;
  /**
   * The default export of serverless-http, if it should translate events and responses. A function can pass its
   * options: `(app, options) => serverlessHttp(app, { ...options, binary: ["image/*"] })`. Default: the kit's
   * own adapter.
   */
  readonly adapter?: ServerlessHttp;
}

/**
 * Makes the function's handler.
 *
 * It answers payload 2.0 events of an HTTP API and warm-up pings. It throws for any other event: that is a
 * mistake in the infrastructure, which must not look like a response.
 *
 * @throws ConfigError when the environment is wrong, or `RUNTIME` is not `LAMBDA`.
 */
export function createHandler(
  api: Api,
  {
    environment = process.env,
    log = createLog(withoutSecrets(writeLine, secretValues(environment, api.settings))),
    services: replaced = {},
    configure,
    adapter,
  }: HandlerOptions = {},
): LambdaHandler {
  const config = loadConfig(environment, { runtime: "LAMBDA", settings: api.settings });
  const { services } = createServices(api.services, { config, log, replaced });
  const tracing = startTracing(api, config, log);
  const app = createApp({ api, config, log, services, tracing, runtime: createLambdaRuntime(config) });
  configure?.(app);
  const respond = adapter
    ? adaptWith(adapter, app, config.stageName)
    : createEventAdapter(app, { headers: securityHeaders, ...messageClasses(app) });

  return async (event, context) => {
    if (isWarmerEvent(event))
      return (await import("./warmer.ts")).warm(
        event,
        context,
        log.with({ lambdaRequestId: context.awsRequestId }),
      );
    if (!isHttpEvent(event)) {
      throw new TypeError("The event is not a payload 2.0 event of an HTTP API");
    }
    try {
      return await respond(event, context);
    } catch (error) {
      const ids = idsOf(event, context);
      log.error("request failed", { ...ids, error });
      return failure(error, headersWithoutApp(config, ids.requestId), event.headers?.accept);
    } finally {
      // Lambda freezes the instance once it has the response.
      if (tracing) await (await tracing).flush();
    }
  };
}

export function isWarmerEvent(event: unknown): event is WarmerEvent {
  return typeof event === "object" && event !== null && "warmer" in event && event.warmer === true;
}

function isHttpEvent(event: unknown): event is APIGatewayProxyEventV2 {
  const { version, requestContext } = (event ?? {}) as Partial<APIGatewayProxyEventV2>;
  return version === "2.0" && typeof requestContext?.http?.method === "string";
}

/** Removes the stage from the path and adds the security headers, as the kit's own adapter does. */
function adaptWith(adapter: ServerlessHttp, app: Express, stageName = "$default"): EventAdapter {
  const respond = adapter(app, stageName === "$default" ? {} : { basePath: `/${stageName}` });
  return async (event, context) => {
    const result = (await respond(event, context)) as HttpResult;
    return { ...result, headers: { ...securityHeaders, ...result.headers } };
  };
}

/** For a request whose end the app has not seen. */
function idsOf(
  { headers, requestContext: { requestId } }: APIGatewayProxyEventV2,
  { awsRequestId: lambdaRequestId }: InvocationContext,
) {
  return requestIds({ requestId, lambdaRequestId }, headers, new TraceContext(headers, lambdaRequestId));
}

/** Responds when the app itself could not: it destroyed its response, or sent more than Lambda accepts. */
function failure(error: unknown, headers: HttpResult["headers"], accept: string | undefined): HttpResult {
  const requestId = headers["x-request-id"] ?? "";
  const isTooLarge = error instanceof ApiError && error.code === "002500";
  const told = isTooLarge ? error : unexpectedError(error);
  const answer = errorAnswer(told, catalogue[isTooLarge ? "002500" : "001500"], requestId, accept);
  return {
    statusCode: answer.status,
    headers: { ...headers, "content-type": answer.contentType },
    cookies: [],
    body: JSON.stringify(answer.body),
    isBase64Encoded: false,
  };
}
