/**
 * The plan of the HTTP API: the endpoint definitions as data for API Gateway, with AWS's names. The local gateway and the
 * deployment both use it, so there is no second list of routes.
 */

import { corsConfiguration } from "@lambda-express-api/kit/container/cors.ts";
import { routeKey } from "@lambda-express-api/kit/request/request-path.ts";
import type { Route } from "@lambda-express-api/kit/route/define-route.ts";
import { requestHeaderNames } from "@lambda-express-api/kit/route/request-headers.ts";
import { accessLogFormat } from "./access-log-format.ts";

export interface RouteThrottling {
  /** Requests per second. */
  readonly throttlingRateLimit: number;
  readonly throttlingBurstLimit: number;
}

export interface PlanSettings {
  readonly stageName: string;
  readonly jwtAuthorizer: { readonly issuer: string; readonly audiences: readonly string[] };
  readonly corsAllowOrigins: readonly string[];
  /** In addition to the headers in the routes' contracts. */
  readonly corsAllowHeaders?: readonly string[];
  readonly corsExposeHeaders?: readonly string[];
  /** Whether pages of other origins may send cookies. Default: `false`. */
  readonly corsAllowCredentials?: boolean;
  /** Whether the access log has the subject of the caller's token. Default: `false`. */
  readonly accessLogSubject?: boolean;
  /** The limit of each route, shared by all callers. It protects the bill. */
  readonly throttling?: RouteThrottling;
  /** The limit of each route of the feature `authEndpoints`, against guessing passwords. */
  readonly authThrottling?: RouteThrottling;
  /** The account's quota "Routes per API". Default: 300. */
  readonly routesPerApi?: number;
}

export interface PlannedRoute {
  readonly routeKey: string;
  readonly operationName: string;
  readonly authorizationType: "NONE" | "JWT" | "AWS_IAM";
  readonly authorizerId?: string;
  readonly authorizationScopes?: readonly string[];
}

export interface HttpApiPlan {
  readonly routes: readonly PlannedRoute[];
  readonly authorizers: Readonly<
    Record<
      string,
      {
        readonly identitySource: string;
        readonly jwtConfiguration: { readonly issuer: string; readonly audience: readonly string[] };
      }
    >
  >;
  readonly integration: { readonly payloadFormatVersion: "2.0"; readonly timeoutMilliseconds: number };
  readonly stages: readonly [
    {
      readonly stageName: string;
      readonly defaultRouteSettings: RouteThrottling;
      readonly routeSettings: Readonly<Record<string, RouteThrottling>>;
      readonly accessLogSettings: { readonly format: string };
    },
  ];
  readonly corsConfiguration: {
    readonly allowCredentials: boolean;
    readonly allowOrigins: readonly string[];
    readonly allowMethods: readonly string[];
    readonly allowHeaders: readonly string[];
    readonly exposeHeaders: readonly string[];
    readonly maxAge: number;
  };
}

const AUTHORIZER_ID = "jwt";
/** The default quota "Routes per API" (Amazon API Gateway quotas for HTTP APIs). */
export const ROUTES_PER_API = 300;
/** One second below the gateway's maximum, so that Lambda's time-out is never later. */
const INTEGRATION_TIMEOUT_MILLISECONDS = 29_000;

/**
 * Makes the plan of the routes that are on (`enabledRoutes`). Deny by default: the gateway answers 404 to every other path,
 * and only routes for anyone and for API keys have no authorizer.
 *
 * Endpoints that are only for the container have no route.
 *
 * Every throttle is set: an unset limit would count as 0, and every call would answer 429.
 *
 * @throws Error for what the gateway refuses: two variable names at the same place of a path, and more routes than the
 *   quota.
 */
export function planHttpApi(listed: readonly Route[], settings: PlanSettings): HttpApiPlan {
  const routes = listed.filter(({ only }) => only !== "container");
  const {
    throttling = { throttlingRateLimit: 100, throttlingBurstLimit: 200 },
    authThrottling = { throttlingRateLimit: 5, throttlingBurstLimit: 10 },
    routesPerApi = ROUTES_PER_API,
  } = settings;
  const planned = routes.flatMap((route) => planRoute(route, routes));
  checkVariableNames(planned);
  if (planned.length > routesPerApi)
    throw new Error(
      `The API has ${planned.length} routes, but API Gateway's quota "Routes per API" is ${routesPerApi}; raise it in Service Quotas, and set ROUTES_PER_API to the new quota.`,
    );
  return {
    routes: planned,
    authorizers: {
      [AUTHORIZER_ID]: {
        identitySource: "$request.header.Authorization",
        jwtConfiguration: {
          issuer: settings.jwtAuthorizer.issuer,
          audience: settings.jwtAuthorizer.audiences,
        },
      },
    },
    integration: { payloadFormatVersion: "2.0", timeoutMilliseconds: INTEGRATION_TIMEOUT_MILLISECONDS },
    stages: [
      {
        stageName: settings.stageName,
        defaultRouteSettings: throttling,
        routeSettings: Object.fromEntries(
          routes
            .filter(({ feature }) => feature === "authEndpoints")
            .map((route) => [routeKey(route.method, route.path), authThrottling]),
        ),
        accessLogSettings: { format: accessLogFormat(settings.accessLogSubject ?? false) },
      },
    ],
    corsConfiguration: corsConfiguration(
      {
        corsAllowOrigins: settings.corsAllowOrigins,
        corsAllowHeaders: settings.corsAllowHeaders ?? [],
        corsExposeHeaders: settings.corsExposeHeaders ?? [],
        corsAllowCredentials: settings.corsAllowCredentials ?? false,
      },
      requestHeaderNames(routes),
    ),
  };
}

/**
 * An `ANY` route would get preflights too; an open `OPTIONS` route beside it leaves them to the gateway's CORS. A GET with
 * `head` gets a route for HEAD, unless HEAD has its own endpoint.
 */
function planRoute(route: Route, routes: readonly Route[]): readonly PlannedRoute[] {
  const { method, path, operationId } = route;
  const planned = { routeKey: routeKey(method, path), operationName: operationId, ...authorization(route) };
  if (method === "ANY")
    return [
      planned,
      {
        routeKey: routeKey("OPTIONS", path),
        operationName: `${operationId}Options`,
        authorizationType: "NONE",
      },
    ];
  const headKey = routeKey("HEAD", path);
  const hasHead = routes.some((other) => routeKey(other.method, other.path) === headKey);
  return route.head && !hasHead
    ? [planned, { ...planned, routeKey: headKey, operationName: `${operationId}Head` }]
    : [planned];
}

function authorization({ access }: Route): Omit<PlannedRoute, "routeKey" | "operationName"> {
  if (access.type === "iam") return { authorizationType: "AWS_IAM" };
  // The gateway does not know API keys, so the app checks them.
  if (access.type !== "authenticated") return { authorizationType: "NONE" };
  return {
    authorizationType: "JWT",
    authorizerId: AUTHORIZER_ID,
    ...(access.scopes.length > 0 && { authorizationScopes: access.scopes }),
  };
}

/** `{orderId}` and the path before it, with a plus sign if it is greedy. */
const VARIABLE = /\{([^{}+]+)(\+?)\}/g;

/**
 * API Gateway accepts one variable name at each place of a path, regardless of the method and the rest of the path
 * ("conflicting variable on the same hierarchical level"). Plain and greedy variables are separate.
 *
 * @throws Error that names both routes.
 */
export function checkVariableNames(routes: readonly Pick<PlannedRoute, "routeKey">[]): void {
  const first = new Map<string, { readonly name: string; readonly routeKey: string }>();
  for (const { routeKey } of routes) {
    const path = routeKey.slice(routeKey.indexOf(" ") + 1);
    for (const { 1: name = "", 2: greedy = "", index } of path.matchAll(VARIABLE)) {
      const place = `${path.slice(0, index).replaceAll(VARIABLE, "{}")}{${greedy}}`;
      const earlier = first.get(place);
      if (earlier === undefined) first.set(place, { name, routeKey });
      else if (earlier.name !== name) {
        throw new Error(
          `${earlier.routeKey} and ${routeKey} have different names for the variable at ${place}, but API Gateway accepts only one; use {${earlier.name}${greedy}} in both.`,
        );
      }
    }
  }
}
