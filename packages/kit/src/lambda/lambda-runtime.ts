import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { RequestHandler } from "express";
import type { Config } from "../config.ts";
import { requestContext } from "../request/request-context.ts";
import { requestOrigin } from "../request/request-origin.ts";
import type { ReceivedRequest, Runtime } from "../route/runtime.ts";
import { type ApiGatewayRequest, MAX_RESULT_BYTES } from "./event-adapter.ts";
import { createGatewayAuthentication } from "./gateway-claims.ts";

/** The response must be out before Lambda, or the gateway after 30 s, gives up. */
const MARGIN_MILLISECONDS = 500;
const GATEWAY_TIMEOUT_MILLISECONDS = 29_000;

/** The gateway's default endpoint; or an IP address, which is not a custom domain and means a local gateway. */
const OWN_HOST = /\.execute-api\.[\w-]+\.amazonaws\.com(\.cn)?$|^[\d.]+$|^\[/;

/** Makes the Lambda runtime. Its facts about a request come from the event, which no client can write. */
export function createLambdaRuntime({
  jwt,
  mappingKey,
  accessLogSubject,
}: Pick<Config, "jwt" | "mappingKey" | "accessLogSubject">): Runtime {
  return {
    // The gateway answers preflights and writes the access log. The adapter adds the security headers to the
    // result, where they cost a tenth of what they cost on the response.
    middleware: () => (accessLogSubject ? [tellSubject] : []),
    headers: new Map(),
    maxAnswerBytes: MAX_RESULT_BYTES,

    receive(request) {
      const { event, context } = invocationOf(request);
      const remaining = context.getRemainingTimeInMillis();
      return new ReceivedEvent(
        event,
        context.awsRequestId,
        Math.max(0, Math.min(remaining, GATEWAY_TIMEOUT_MILLISECONDS) - MARGIN_MILLISECONDS),
        basePathOf(event, mappingKey),
      );
    },

    authenticate: createGatewayAuthentication(jwt) as Runtime["authenticate"],
    async awsCaller(request) {
      const { awsCallerOf } = await import("./aws-caller.ts");
      return awsCallerOf(invocationOf(request).event);
    },
  };
}

/**
 * The gateway's access log has the subject of a token, but not of other callers: those get a line in the
 * function's log.
 */
const tellSubject: RequestHandler = (request, response, next) => {
  response.on("finish", () => {
    const { log, subject } = requestContext(request);
    const { authorizer } = invocationOf(request).event.requestContext as {
      readonly authorizer?: { jwt?: unknown };
    };
    if (subject !== undefined && !authorizer?.jwt) log.info("caller", { client: { subject } });
  });
  next();
};

/** A class, because V8 keeps a literal's getter, and the event that it refers to, until a full collection. */
class ReceivedEvent implements ReceivedRequest {
  readonly requestId: string;
  readonly lambdaRequestId: string;
  readonly timeoutMilliseconds: number;
  readonly basePath: string;
  readonly #event: APIGatewayProxyEventV2;

  constructor(
    event: APIGatewayProxyEventV2,
    lambdaRequestId: string,
    timeoutMilliseconds: number,
    basePath: string,
  ) {
    this.requestId = event.requestContext.requestId;
    this.lambdaRequestId = lambdaRequestId;
    this.timeoutMilliseconds = timeoutMilliseconds;
    this.basePath = basePath;
    this.#event = event;
  }

  get origin(): string {
    return originOf(this.#event);
  }
}

function invocationOf(request: object) {
  const { apiGateway } = request as Partial<ApiGatewayRequest>;
  if (!apiGateway) throw new Error("The request was not made of an event");
  return apiGateway;
}

/** The gateway's default endpoint shows the stage; a custom domain shows the mapping key and never the stage. */
function basePathOf({ requestContext }: APIGatewayProxyEventV2, mappingKey: string | undefined): string {
  const { domainName, stage } = requestContext;
  if (OWN_HOST.test(domainName)) return stage === "$default" ? "" : `/${stage}`;
  return mappingKey ? `/${mappingKey}` : "";
}

/** The domain comes from the gateway; a port, which only a local gateway has, comes from the header. */
function originOf({ headers, requestContext: { domainName } }: APIGatewayProxyEventV2): string {
  const isSameHost = headers.host === domainName || headers.host?.startsWith(`${domainName}:`);
  const host = isSameHost ? headers.host : domainName;
  return requestOrigin(headers["x-forwarded-proto"], host) ?? `https://${domainName}`;
}
