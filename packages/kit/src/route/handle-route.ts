/**
 * A request's path through an endpoint, from top to bottom: identify the caller, check access, validate the input, run the
 * handler, send the response.
 */
import type { Request, RequestHandler, Response } from "express";
import type { ApiKeyStore } from "../auth/api-key-store.ts";
import type { Principal } from "../auth/principal.ts";
import type { Config } from "../config.ts";
import { isEnabled, loadRoute } from "../enabled-routes.ts";
import { ApiError } from "../errors/api-error.ts";
import { type RequestContext, requestContext } from "../request/request-context.ts";
import { routeKey } from "../request/request-path.ts";
import { clientAddress } from "../request/trusted-proxies.ts";
import type { Access, GroupRefusal } from "./access.ts";
import type { ApiFacts, HandlerContext, Method, Route, RouteReply } from "./define-route.ts";
import { finishAnswer, isStream, isWhole, sendAnswer, wellFormedReply } from "./reply.ts";
import { createRouteSchemas, type RouteSchemas } from "./route-schemas.ts";
import type { Runtime } from "./runtime.ts";

/** What all of an app's endpoints share. */
export interface RouteEnvironment {
  readonly config: Config;
  readonly runtime: Runtime;
  readonly groupRefusal: GroupRefusal;
  readonly services: Readonly<Record<string, Promise<unknown>>>;
  readonly api: ApiFacts;
}

/** An endpoint as the API lists it. */
export interface ListedRoute {
  readonly method: Method;
  readonly path: string;
  readonly load: () => Promise<Route>;
}

interface LoadedRoute {
  readonly route: Route;
  readonly schemas: RouteSchemas;
}

/**
 * Creates an endpoint's Express handler. The first request loads the endpoint's file.
 *
 * Outside production, a response that breaks its contract is an error, and so is an error code that the endpoint does not
 * list. In production, responses are not compared with their contract, because loading zod would dominate the cold start.
 */
export function handleRoute(listed: ListedRoute, environment: RouteEnvironment): RequestHandler {
  const { config } = environment;
  const key = routeKey(listed.method, listed.path);
  const headKey = routeKey("HEAD", listed.path);
  let loading: Promise<LoadedRoute | undefined> | undefined;

  /** @returns `undefined` for an endpoint that is disabled or does not exist in this runtime. */
  async function load(): Promise<LoadedRoute | undefined> {
    const route = await loadRoute(`${listed.method} ${listed.path}`, listed.load);
    const isHere = route.only !== "container" || config.runtime !== "LAMBDA";
    if (!isHere || !isEnabled(route, config.features)) return undefined;
    const schemas = createRouteSchemas(route, config.environment !== "production");
    if (config.environment === "production") return { route, schemas };
    const { withDeclaredErrors } = await import("./declared-errors.ts");
    return { route: withDeclaredErrors(route, environment.api.errors), schemas };
  }

  return throwErrors(async (request, response, next) => {
    loading ??= load();
    const loaded = await loading;
    if (!loaded) return next();
    const { route, schemas } = loaded;
    const context = requestContext(request);
    context.routeKey = request.method === "HEAD" ? headKey : key;
    context.hasMetrics = route.metrics ?? false;

    if (route.deprecated)
      (await import("./deprecation.ts")).announceDeprecation(route.deprecated, request, response);
    if (route.role === "health" && environment.runtime.isStopping?.()) throw shuttingDown();
    const principal = await context.inSpan("auth", () => admit(route.access, request, environment));
    if (route.deprecated)
      (await import("./deprecation.ts")).logDeprecatedCall(
        request,
        route.operationId,
        config.accessLogSubject,
      );
    if (route.use && !(await runHandlers(route.use, request, response))) return next();
    const params = request.params as Readonly<Record<string, string>>;
    const { parts, sentBody } =
      route.request || route.rawBody
        ? await context.inSpan("validation", () => schemas.readRequest(request, params))
        : { parts: { params }, sentBody: undefined };
    const caller = principal && { principal, claims: principal.claims };
    const input = Object.assign(createInput(request, context, environment), caller, parts);
    const handle = async () => {
      const reply = wellFormedReply(await context.inSpan("handler", async () => route.handler(input)));
      if (config.environment !== "production") await schemas.demandContract(reply);
      return reply;
    };
    const reply = route.idempotency
      ? await answerIdempotently(route, request, sentBody, environment, handle)
      : await handle();
    const { body } = reply;
    const isBare = typeof body === "string" || body instanceof Uint8Array || isStream(body);
    const contract = isBare ? await schemas.contractOf(reply) : undefined;
    const contentType = reply.headers?.["content-type"] ?? contract?.contentType;
    const answer = await finishAnswer(route, request, reply, contentType, context.received.basePath);
    if (isWhole(answer)) return sendAnswer(request, response, answer);
    const { sendStream } = await import("./send-stream.ts");
    const { maxAnswerBytes } = environment.runtime;
    await sendStream(request, response, answer, contract?.stream ?? "finite", maxAnswerBytes);
  });
}

/**
 * Runs Express handlers in order on a request.
 *
 * @returns a promise that resolves to `true` after the last handler has called `next`, or to `false` if a handler skips the
 *   route with `next("route")` or `next("router")`. It rejects with the error that a handler throws or passes to `next`, and
 *   stays pending if a handler sends a response itself.
 */
async function runHandlers(
  handlers: readonly RequestHandler[],
  request: Request,
  response: Response,
): Promise<boolean> {
  for (const handler of handlers) {
    const passedOn = await new Promise<unknown>((resolve, reject) => {
      // As in Express, an async handler's rejection is an error too.
      Promise.resolve(handler(request, response, resolve)).catch(reject);
    });
    if (passedOn === "route" || passedOn === "router") return false;
    if (passedOn) throw passedOn;
  }
  return true;
}

/**
 * Wraps a handler so that anything it throws is an error. Express would only skip the rest if a handler throws "route" or
 * "router", and does not treat `undefined` as an error.
 */
export function throwErrors(handler: RequestHandler): RequestHandler {
  return async (request, response, next) => {
    try {
      await handler(request, response, next);
    } catch (thrown) {
      throw typeof thrown === "string" ? new Error(thrown) : thrown;
    }
  };
}

async function answerIdempotently(
  route: Route,
  request: Request,
  sentBody: unknown,
  { api }: RouteEnvironment,
  answer: () => Promise<RouteReply>,
): Promise<RouteReply> {
  const { answerOnce } = await import("../idempotency/answer-once.ts");
  const payload = { query: request.query, body: sentBody };
  return answerOnce({ route, request, payload, errors: api.errors }, answer);
}

/** For load balancers. The other endpoints keep working until the load balancers have noticed. */
function shuttingDown(): ApiError {
  return new ApiError("003503", { reason: "Send requests to another instance", isLogged: true });
}

const REQUEST = Symbol("request");

/**
 * Identifies the caller and rejects it if the access rule does not admit it, before reading the rest of the request.
 *
 * @returns the caller, or `undefined` if anyone may call the endpoint.
 * @throws ApiError 001401 or 003401 (unknown caller), 001403 (missing scope), 002401 with status 403 (missing group), 003403
 *   (no verified AWS signature), or 001503.
 */
export async function admit(
  access: Access,
  request: Request,
  { runtime, groupRefusal, services }: Pick<RouteEnvironment, "runtime" | "groupRefusal" | "services">,
): Promise<Principal | undefined> {
  if (access.type === "public") return undefined;
  const principal = await callerOf(access, request, runtime, services);
  const context = requestContext(request);
  context.subject = context.apiKeyPrefix ?? principal.subject;
  if (access.type !== "iam") demandScope(access, principal);
  if (access.type === "authenticated") demandGroup(access.groups, principal, groupRefusal);
  context.principal = principal;
  return principal;
}

function callerOf(
  access: Exclude<Access, { readonly type: "public" }>,
  request: Request,
  runtime: Runtime,
  services: Readonly<Record<string, Promise<unknown>>>,
): Principal | Promise<Principal> {
  switch (access.type) {
    case "authenticated":
      return runtime.authenticate(request);
    case "apiKey":
      return callerOfKey(request, services);
    case "iam":
      return callerOfSignature(request, runtime);
  }
}

async function callerOfKey(
  request: Request,
  services: Readonly<Record<string, Promise<unknown>>>,
): Promise<Principal> {
  // If the caller sends the header twice, Node joins the values, and the result is not a valid key.
  const given = request.headers["x-api-key"] as string | undefined;
  const store = services.apiKeys;
  if (!store) throw new TypeError("An endpoint takes API keys, and the API has no service apiKeys");
  const { callerOfApiKey } = await import("../auth/api-keys.ts");
  const caller = await callerOfApiKey(given, (await store) as ApiKeyStore);
  requestContext(request).apiKeyPrefix = given?.split(".", 1)[0];
  return caller;
}

async function callerOfSignature(request: Request, runtime: Runtime): Promise<Principal> {
  const caller = await runtime.awsCaller?.(request);
  if (!caller) throw new ApiError("003403", { reason: "No gateway has verified an AWS signature" });
  return caller;
}

/** RFC 6750, section 3.1. API Gateway does the same before it invokes the function. */
function demandScope({ type, scopes }: Extract<Access, { scopes: unknown }>, principal: Principal): void {
  if (scopes.length === 0 || scopes.some((scope) => principal.scopes.includes(scope))) return;
  const challenge = `Bearer scope="${scopes.join(" ")}" error="insufficient_scope"`;
  throw new ApiError("001403", {
    reason: `One of these scopes is required: ${scopes.join(" ")}`,
    ...(type === "authenticated" && { headers: { "www-authenticate": challenge } }),
  });
}

function demandGroup(groups: readonly string[], principal: Principal, refusal: GroupRefusal): void {
  if (groups.length === 0 || groups.some((group) => principal.groups.includes(group))) return;
  throw new ApiError("002401", { status: 403, reason: refusal(groups, principal.groups) });
}

/**
 * Rarely used fields that are slow to compute. They are computed on demand, and by `{ ...input }`. All inputs share the
 * getters, because V8 keeps a literal's getters, and the request that they refer to, until a full garbage collection.
 */
const ON_DEMAND: PropertyDescriptorMap & ThisType<{ readonly [REQUEST]: Request }> = {
  trace: {
    enumerable: true,
    get() {
      return requestContext(this[REQUEST]).trace;
    },
  },
  clientIp: {
    enumerable: true,
    get() {
      return clientAddress(this[REQUEST]);
    },
  },
  origin: {
    enumerable: true,
    get() {
      return requestContext(this[REQUEST]).received.origin;
    },
  },
};

function createInput(
  request: Request,
  context: RequestContext,
  { config, services, api }: RouteEnvironment,
): HandlerContext {
  const { requestId, log, signal } = context;
  const { basePath } = context.received;
  const fetchTraced = async (...asked: Parameters<typeof fetch>) =>
    (await import("../request/traced-fetch.ts")).tracedFetch(context, ...asked);
  const input = {
    [REQUEST]: request,
    requestId,
    basePath,
    log,
    signal,
    fetch: fetchTraced,
    config,
    services,
    api,
  };
  // Twice as fast as `Object.defineProperties`.
  for (const name in ON_DEMAND) Reflect.defineProperty(input, name, ON_DEMAND[name] as PropertyDescriptor);
  return input as unknown as HandlerContext;
}
