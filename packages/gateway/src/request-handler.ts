// Takes a request through endpoint, route, throttle, authorizer, event, function and answer, in that order.
// It is independent of sockets.

import { type AccessLogLine, compileAccessLogFormat } from "./access-log.ts";
import { type Answer, errorAnswer, InvalidAnswerError, interpretAnswer } from "./answer.ts";
import { type Authorize, createAuthorizer, type Verdict } from "./authorizer.ts";
import { isPreflight, preflightAnswer, withCorsHeaders } from "./cors.ts";
import { createEndpointResolver } from "./endpoint.ts";
import { type AuthorizerContext, createEvent, createRequestId } from "./event.ts";
import type { AnsweredExchange, Exchange } from "./exchange.ts";
import { gatewayErrors, RefusedError } from "./gateway-error.ts";
import {
  accountIdOf,
  apiIdOf,
  type HttpApi,
  type Route,
  type RouteSettings,
  type Stage,
} from "./http-api.ts";
import type { ReceivedRequest } from "./http-request.ts";
import type { Invocation, LambdaFunction } from "./lambda/lambda-function.ts";
import { describeFailure } from "./lambda/runtime.ts";
import { limits } from "./limits.ts";
import { decodePath } from "./path.ts";
import { refusedLine } from "./refused-line.ts";
import { createRouter, type Router } from "./router.ts";
import type { Switches } from "./switches.ts";
import {
  createLimitedBucket,
  createThrottle,
  type Limit,
  type LimitedBucket,
  type Throttle,
} from "./throttle.ts";
import { Trace } from "./trace.ts";

export interface RequestHandlerOptions {
  apis: readonly HttpApi[];
  function: LambdaFunction;
  switches: Switches;
  log: (line: string) => void;
  now: () => number;
  accountThrottling: RouteSettings;
  tracing: boolean;
}

/** A request that reached the function or its limit. */
type RunInvocation = Exclude<Invocation, { outcome: "dropped" }>;

interface CompiledApi {
  description: HttpApi;
  router: Router;
  authorizers: ReadonlyMap<string, Authorize>;
  /** Present if a route has AWS_IAM. */
  authorizeAws: Authorize | undefined;
  throttle: Throttle;
}

/**
 * `caller` aborts when the caller leaves. Resolves with `undefined` if that happens while the request waits
 * for an instance of the function. Never rejects: any internal failure is a 500.
 */
export type RequestHandler = (
  received: ReceivedRequest,
  caller: AbortSignal,
) => Promise<AnsweredExchange | undefined>;

export function createRequestHandler(options: RequestHandlerOptions): RequestHandler {
  const { switches, now, log } = options;
  const account = createLimitedBucket({
    settings: options.accountThrottling,
    setIn: "accountThrottling",
    now,
  });
  const apis = options.apis.map((description) => compileApi(description, switches, account, now));
  const accessLogLines = compileAccessLogs(options.apis);
  const resolveEndpoint = createEndpointResolver(apis, switches);

  return async (received, caller) => {
    const { request } = received;
    const receivedAt = now();
    const trace = new Trace(request.headers, receivedAt);
    const exchange: Exchange = { requestId: createRequestId(), receivedAt, request, trace };
    const answer = await answerOrRefuse(exchange, received, caller);
    trace.end(trace.gateway);
    if (!answer) return undefined;
    const answered = { ...exchange, answer, durationMilliseconds: now() - exchange.receivedAt };
    const line = exchange.stage && accessLogLines.get(exchange.stage);
    if (!line) return answered;
    const accessLogLine = line(answered);
    log(accessLogLine);
    return { ...answered, accessLogLine };
  };

  async function answerOrRefuse(
    exchange: Exchange,
    received: ReceivedRequest,
    caller: AbortSignal,
  ): Promise<Answer | undefined> {
    try {
      if (received.refusal) {
        log(refusedLine(received.refusal, received.request.sourceIp, exchange.requestId));
        throw new RefusedError(received.refusal.error);
      }
      return await handle(exchange, caller);
    } catch (error) {
      if (!(error instanceof RefusedError)) exchange.integrationError = `The gateway failed: ${error}`;
      exchange.error = error instanceof RefusedError ? error.gatewayError : gatewayErrors.internalServerError;
      const cors = switches.corsOnGatewayErrors && exchange.api?.corsConfiguration;
      const answer = errorAnswer(exchange.error);
      return cors ? withCorsHeaders(cors, exchange.request, answer) : answer;
    }
  }

  async function handle(exchange: Exchange, caller: AbortSignal): Promise<Answer | undefined> {
    const { request } = exchange;
    const path = decodePath(request.path, switches.pathDecoding);
    if (path === undefined) throw new RefusedError(gatewayErrors.badRequest);
    const { api, stage, routePath, eventPath, basePathMatched } = resolveEndpoint(request.domainName, path);
    exchange.api = api.description;
    exchange.stage = stage;
    exchange.eventPath = eventPath;
    if (basePathMatched !== undefined) exchange.basePathMatched = basePathMatched;
    if (request.isBodyTooLarge) throw new RefusedError(gatewayErrors.requestTooLarge);

    const match = api.router(request.method, routePath);
    const cors = api.description.corsConfiguration;
    if (match) exchange.route = match.route;
    if (cors && isPreflight(request) && leavesPreflightToGateway(match?.route)) {
      return preflightAnswer(cors, request);
    }
    if (!match) throw new RefusedError(gatewayErrors.notFound);
    const { route, pathParameters } = match;

    const limit = api.throttle(stage, route.routeKey);
    if (limit?.isNews) log(throttledLine(route, limit));
    if (limit) throw new RefusedError(gatewayErrors.tooManyRequests);
    const verdict = await authorize(exchange, api, route);
    if (verdict) exchange.verdict = verdict;
    if (verdict?.allowed === false) throw new RefusedError(verdict.error);

    exchange.event = createEvent(
      {
        request,
        accountId: accountIdOf(api.description),
        apiId: apiIdOf(api.description),
        stage: stage.stageName,
        stageVariables: stage.stageVariables ?? {},
        routeKey: route.routeKey,
        eventPath,
        pathParameters,
        authorizer: contextOf(verdict),
        requestId: exchange.requestId,
        amazonTraceId: exchange.trace.amazonTraceId,
        timeEpoch: exchange.receivedAt,
      },
      switches,
    );
    const { timeoutMilliseconds } = api.description.integration;
    const answer = await invoke(exchange, JSON.stringify(exchange.event), timeoutMilliseconds, caller);
    return answer && cors ? withCorsHeaders(cors, request, answer) : answer;
  }

  async function authorize(
    { request, trace }: Exchange,
    api: CompiledApi,
    route: Route,
  ): Promise<Verdict | undefined> {
    const authorizer = authorizerOf(api, route);
    if (!authorizer) return undefined;
    const span = trace.start("authorizer");
    try {
      return await authorizer(request, route.authorizationScopes ?? []);
    } finally {
      trace.end(span);
    }
  }

  async function invoke(
    exchange: Exchange,
    payload: string,
    timeoutMilliseconds: number,
    caller: AbortSignal,
  ): Promise<Answer | undefined> {
    if (Buffer.byteLength(payload) > limits.invocationPayloadBytes) {
      throw new RefusedError(gatewayErrors.requestTooLarge);
    }
    const { trace } = exchange;
    const startedAt = now();
    const span = trace.start("function");
    const milliseconds = switches.integrationTimeoutMilliseconds ?? timeoutMilliseconds;
    const invocation = await withinTime(
      (signal) => options.function.invoke(payload, signal, trace.lambdaHeader(span, options.tracing)),
      milliseconds,
      caller,
    );
    trace.end(span);
    exchange.integrationMilliseconds = now() - startedAt;
    const { isColdStart = false, waitMilliseconds = 0 } = invocation ?? {};
    // Handing over a ready instance takes less.
    if (isColdStart && waitMilliseconds >= 1) trace.addColdStart(span, waitMilliseconds);
    if (!invocation) {
      exchange.integrationError = `The integration did not respond within ${milliseconds} milliseconds`;
      throw new RefusedError(gatewayErrors.serviceUnavailable);
    }
    if (invocation.outcome === "dropped") {
      if (caller.aborted) return undefined;
      exchange.integrationError = "The Lambda function is closed";
      throw new RefusedError(gatewayErrors.serviceUnavailable);
    }
    exchange.invocation = invocation;
    return answerOf(exchange, invocation);
  }

  function answerOf(exchange: Exchange, invocation: RunInvocation): Answer {
    if (invocation.outcome === "throttled") {
      exchange.integrationError = "The Lambda function has reached its limit of concurrent events";
      throw new RefusedError(gatewayErrors.serviceUnavailable);
    }
    if (invocation.outcome === "failed") {
      const { errorMessage } = invocation;
      exchange.integrationError = `The Lambda function returned the following error: ${errorMessage}. Check your Lambda function code and try again.`;
      throw new RefusedError(gatewayErrors.internalServerError);
    }
    try {
      return interpretAnswer(invocation.payload, switches.nonStringHeaderValues);
    } catch (error) {
      if (!(error instanceof InvalidAnswerError)) throw error;
      exchange.integrationError = `The response from the Lambda function doesn't match the format that API Gateway expects: ${error.message}`;
      throw new RefusedError(gatewayErrors.internalServerError);
    }
  }
}

function authorizerOf({ authorizers, authorizeAws }: CompiledApi, route: Route): Authorize | undefined {
  if (route.authorizationType === "NONE") return undefined;
  const authorize =
    route.authorizationType === "AWS_IAM" ? authorizeAws : authorizers.get(route.authorizerId ?? "");
  if (!authorize) throw new Error(`The route ${route.routeKey} has no authorizer`);
  return authorize;
}

/** The signer is a package that other APIs do not need. */
function loadAwsAuthorizer(description: HttpApi, now: () => number): Authorize {
  const loading = import("./aws-signature.ts").then((module) => module.createAwsAuthorizer(description, now));
  // Each request that needs it reports the mistake.
  loading.catch(() => {});
  return async (request, routeScopes) => (await loading)(request, routeScopes);
}

function contextOf(verdict: Verdict | undefined): AuthorizerContext | undefined {
  if (verdict?.jwt) return { jwt: verdict.jwt };
  return verdict?.iam && { iam: verdict.iam };
}

function throttledLine({ routeKey }: Route, { settings, setIn }: Limit): string {
  const { throttlingRateLimit, throttlingBurstLimit } = settings;
  return `THROTTLED ${routeKey} returns 429: over a rate of ${throttlingRateLimit} a second and a burst of ${throttlingBurstLimit}, set in ${setIn}.`;
}

function compileApi(
  description: HttpApi,
  switches: Switches,
  account: LimitedBucket,
  now: () => number,
): CompiledApi {
  const authorizers = Object.entries(description.authorizers ?? {}).map(
    ([id, authorizer]) => [id, createAuthorizer({ authorizer, switches, now })] as const,
  );
  const hasAwsIam = description.routes.some(({ authorizationType }) => authorizationType === "AWS_IAM");
  return {
    description,
    router: createRouter(description.routes, switches.trailingSlash),
    authorizers: new Map(authorizers),
    authorizeAws: hasAwsIam ? loadAwsAuthorizer(description, now) : undefined,
    throttle: createThrottle(description, account, now),
  };
}

function compileAccessLogs(apis: readonly HttpApi[]): ReadonlyMap<Stage, AccessLogLine> {
  const lines = new Map<Stage, AccessLogLine>();
  for (const stage of apis.flatMap(({ stages }) => stages)) {
    const { accessLogSettings } = stage;
    if (accessLogSettings) lines.set(stage, compileAccessLogFormat(accessLogSettings.format));
  }
  return lines;
}

/**
 * The gateway answers a preflight without a route of its own, or with an open `OPTIONS` route. An `ANY` or
 * `$default` route takes it like any request: with an authorizer that means 401 (docs/behaviour.md §5).
 */
function leavesPreflightToGateway(route: Route | undefined): boolean {
  return !route || (route.routeKey.startsWith("OPTIONS ") && route.authorizationType === "NONE");
}

/**
 * Resolves with `undefined` when the time is over. An event that waits for an instance is dropped then, or
 * when its caller leaves; a running function continues.
 */
async function withinTime(
  invoke: (signal: AbortSignal) => Promise<Invocation>,
  milliseconds: number,
  caller: AbortSignal,
): Promise<Invocation | undefined> {
  const waiting = new AbortController();
  const drop = () => waiting.abort();
  caller.addEventListener("abort", drop, { once: true });
  if (caller.aborted) drop();
  const answered = invoke(waiting.signal).catch((error): Invocation => {
    return { ...describeFailure(error), requestId: "", isColdStart: false, durationMilliseconds: 0 };
  });
  const { promise: timeOver, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => {
    resolve(undefined);
    drop();
  }, milliseconds);
  try {
    return await Promise.race([answered, timeOver]);
  } finally {
    clearTimeout(timer);
    caller.removeEventListener("abort", drop);
  }
}
