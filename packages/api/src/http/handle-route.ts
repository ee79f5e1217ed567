import type { IncomingMessage, ServerResponse } from "node:http";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { createPrincipals, type Principal } from "../auth/principal.ts";
import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { replyFault } from "./check-reply.ts";
import type { HandlerContext, RequestSchemas, ResponseContracts, Route, RouteReply } from "./define-route.ts";
import { type BodyReader, createBodyReader } from "./read-body.ts";
import { sendReply } from "./reply.ts";
import { requestContext } from "./request-context.ts";
import { routeKey } from "./request-path.ts";
import { parseRequest } from "./validate.ts";

const DEFAULT_BODY_LIMIT_BYTES = 1024 * 1024;
/** Which answers are checked in production, of an endpoint in one process: the second, and one in a hundred after it. */
const FIRST_CHECKED = 2;
const ANSWERS_PER_CHECK = 100;

interface RouteSchemas {
  readonly request: RequestSchemas;
  readonly responses: ResponseContracts;
}

/**
 * Makes the Express handler of a route: the caller first, then the input, then the handler, then its answer.
 *
 * An answer that breaks its contract fails in development and in tests. In production an endpoint's second answer is
 * checked, and one in a hundred after it, once it has been sent, and the fault is logged: zod would cost each cold start
 * more than all the rest.
 */
export function handleRoute(
  route: Route,
  { config, runtime, routes }: { config: Config; runtime: Runtime; routes: readonly Route[] },
): RequestHandler {
  let readBody: BodyReader | undefined;
  const principalOf = createPrincipals(config.jwt.groupsClaim);
  let answers = 0;
  let schemas: Promise<RouteSchemas> | undefined;
  const loadSchemas = () => {
    schemas ??= makeSchemas(route);
    return schemas;
  };

  /** Without a schema there is nothing to wait for. */
  function readInput<Caller extends object>(request: Request, response: ServerResponse, caller: Caller) {
    const context: HandlerContext = new RouteInput(request, runtime, config, routes);
    const params = pathVariables(request);
    const parts: Record<string, unknown> = { params };
    const input = Object.assign(context, caller, parts);
    return route.request
      ? parse(request, response, params).then((parsed) => Object.assign(input, parsed))
      : input;
  }

  async function parse(request: Request, response: ServerResponse, params: Record<string, string>) {
    const { request: wanted } = await loadSchemas();
    readBody ??= createBodyReader(
      route.consumes ?? ["application/json"],
      route.bodyLimitBytes ?? DEFAULT_BODY_LIMIT_BYTES,
    );
    const body = wanted.body ? await readBody(request, response) : undefined;
    return parseRequest(wanted, { params, query: request.query, headers: request.headers, body });
  }

  async function declaredType({ status }: RouteReply): Promise<string | undefined> {
    return (await loadSchemas()).responses[status]?.contentType;
  }

  async function demandContract(reply: RouteReply): Promise<void> {
    const fault = replyFault((await loadSchemas()).responses, reply);
    if (fault) throw new Error(`The answer of ${route.operationId} breaks its contract: ${fault}`);
  }

  function authenticate(request: Request): Principal | Promise<Principal> {
    const claims = runtime.authenticate(request);
    return claims instanceof Promise ? claims.then(principalOf) : principalOf(claims);
  }

  const key = routeKey(route.method, route.path);
  return async (request: Request, response: Response, next: NextFunction) => {
    // Express gives HEAD to GET's handler; the gateway does not.
    if (request.method !== route.method) return next();
    const context = requestContext(request);
    context.routeKey = key;
    const reply = await route.handle({
      authenticate: () => authenticate(request),
      readInput: (caller) => readInput(request, response, caller),
    });
    if (config.environment !== "production") await demandContract(reply);
    if (isAnswered(response)) return;
    const isRaw = typeof reply.body === "string" || reply.body instanceof Uint8Array;
    const contentType = reply.headers?.["content-type"] ?? (isRaw ? await declaredType(reply) : undefined);
    sendReply(request, response, reply, contentType);
    answers += 1;
    if (config.environment === "production" && answers % ANSWERS_PER_CHECK === FIRST_CHECKED) {
      setImmediate(() =>
        demandContract(reply).catch((error) => context.log.error("contract broken", { error })),
      );
    }
  };
}

/** What a handler seldom asks for is worked out when it does. */
class RouteInput implements HandlerContext {
  readonly config: Config;
  readonly routes: readonly Route[];
  readonly #request: Request;
  readonly #runtime: Runtime;

  constructor(request: Request, runtime: Runtime, config: Config, routes: readonly Route[]) {
    this.config = config;
    this.routes = routes;
    this.#request = request;
    this.#runtime = runtime;
  }

  get requestId(): string {
    return requestContext(this.#request).requestId;
  }

  get log(): Log {
    return requestContext(this.#request).log;
  }

  get signal(): AbortSignal {
    return requestContext(this.#request).signal;
  }

  get clientIp(): string {
    return this.#request.ip ?? "";
  }

  get basePath(): string {
    return this.#runtime.basePath(this.#request);
  }

  get origin(): string {
    return this.#runtime.origin(this.#request);
  }
}

async function makeSchemas(route: Route): Promise<RouteSchemas> {
  const z = await import("zod");
  return { request: route.request?.(z) ?? {}, responses: route.responses(z) };
}

/** A greedy variable comes from Express as its segments. */
function pathVariables({ params }: Request): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const name in params) {
    const value = params[name] ?? "";
    variables[name] = Array.isArray(value) ? value.join("/") : value;
  }
  return variables;
}

/** The deadline has answered meanwhile, or the caller has gone. */
export function isAnswered(response: ServerResponse<IncomingMessage>): boolean {
  return response.headersSent || response.destroyed;
}
