import type { IncomingMessage, ServerResponse } from "node:http";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { createPrincipals } from "../auth/principal.ts";
import type { Config } from "../config.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { replyFault } from "./check-reply.ts";
import type { RequestSchemas, ResponseContracts, Route, RouteReply } from "./define-route.ts";
import { createBodyReader } from "./read-body.ts";
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
  const readBody = createBodyReader(
    route.consumes ?? ["application/json"],
    route.bodyLimitBytes ?? DEFAULT_BODY_LIMIT_BYTES,
  );
  const principalOf = createPrincipals(config.jwt.groupsClaim);
  let answers = 0;
  let schemas: Promise<RouteSchemas> | undefined;
  const loadSchemas = () => {
    schemas ??= makeSchemas(route);
    return schemas;
  };

  async function readInput<Caller>(request: Request, response: ServerResponse, caller: Caller) {
    const { requestId, log, signal } = requestContext(request);
    const params = pathVariables(request);
    const parsed = route.request
      ? await parseWith((await loadSchemas()).request, request, response, params)
      : { params };
    return {
      ...parsed,
      ...caller,
      requestId,
      log,
      signal,
      basePath: runtime.basePath(request),
      origin: runtime.origin(request),
      clientIp: request.ip ?? "",
      config,
      routes,
    };
  }

  async function parseWith(
    wanted: RequestSchemas,
    request: Request,
    response: ServerResponse,
    params: Record<string, string>,
  ) {
    const body = wanted.body ? await readBody(request, response) : undefined;
    return parseRequest(wanted, { params, query: request.query, headers: request.headers, body });
  }

  async function contentTypeOf(reply: RouteReply): Promise<string | undefined> {
    const named = reply.headers?.["content-type"];
    if (named !== undefined) return named;
    return typeof reply.body === "string" || reply.body instanceof Uint8Array
      ? (await loadSchemas()).responses[reply.status]?.contentType
      : undefined;
  }

  async function demandContract(reply: RouteReply): Promise<void> {
    const fault = replyFault((await loadSchemas()).responses, reply);
    if (fault) throw new Error(`The answer of ${route.operationId} breaks its contract: ${fault}`);
  }

  return async (request: Request, response: Response, next: NextFunction) => {
    // Express gives HEAD to GET's handler; the gateway does not.
    if (request.method !== route.method) return next();
    const context = requestContext(request);
    context.routeKey = routeKey(route.method, route.path);
    const reply = await route.handle({
      authenticate: async () => principalOf(await runtime.authenticate(request)),
      readInput: (caller) => readInput(request, response, caller),
    });
    if (config.environment !== "production") await demandContract(reply);
    if (isAnswered(response)) return;
    sendReply(request, response, reply, await contentTypeOf(reply));
    answers += 1;
    if (config.environment === "production" && answers % ANSWERS_PER_CHECK === FIRST_CHECKED) {
      setImmediate(() =>
        demandContract(reply).catch((error) => context.log.error("contract broken", { error })),
      );
    }
  };
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
