/**
 * The plan of the HTTP API: what the endpoint definitions mean at API Gateway, as data, with the names AWS has for it.
 * The local gateway is run from it; whatever creates real resources is made from the same data. There is no second
 * list of routes.
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
  /** Beside the headers that the routes' contracts name. */
  readonly corsAllowHeaders?: readonly string[];
  readonly corsExposeHeaders?: readonly string[];
  /** Whether pages may send cookies. Default: `false`. */
  readonly corsAllowCredentials?: boolean;
  /** Whether the access log tells the subject of the caller's token. Default: `false`. */
  readonly accessLogSubject?: boolean;
  /** For every route. It guards the bill: all callers share it. */
  readonly throttling?: RouteThrottling;
  /** For each route of the feature `authEndpoints`, where passwords could be guessed. */
  readonly authThrottling?: RouteThrottling;
  /** The account's quota "Routes per API", where it was raised. Default: 300. */
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
/** The quota "Routes per API", unless an account has more (Amazon API Gateway quotas for HTTP APIs). */
export const ROUTES_PER_API = 300;
/** A second less than the gateway's maximum, so that Lambda's own time-out is never the later one. */
const INTEGRATION_TIMEOUT_MILLISECONDS = 29_000;

/**
 * Makes the plan of the routes that are switched on (`enabledRoutes`). Deny by default: the gateway answers 404 to every
 * other path, and only routes for anyone and for API keys are without the authorizer.
 *
 * What is for the container alone has no route.
 *
 * Throttles are always complete: an unset limit would be taken for 0, and every call would answer 429.
 *
 * @throws Error for what the gateway refuses: variables of two names at one place of a path, and more routes
 *   than the quota.
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
      `The API has ${planned.length} routes, and API Gateway's quota "Routes per API" is ${routesPerApi}; have it raised in Service Quotas, and set ROUTES_PER_API to what you got.`,
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
 * An `ANY` route would take preflights too; an open `OPTIONS` route beside it leaves them to the gateway's CORS. A GET gets a
 * route for HEAD where it says so, unless HEAD has an endpoint of its own.
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
  // The gateway knows no API keys: the app refuses.
  if (access.type !== "authenticated") return { authorizationType: "NONE" };
  return {
    authorizationType: "JWT",
    authorizerId: AUTHORIZER_ID,
    ...(access.scopes.length > 0 && { authorizationScopes: access.scopes }),
  };
}

/** `{orderId}` with what stands before it; with a plus sign where it is greedy. */
const VARIABLE = /\{([^{}+]+)(\+?)\}/g;

/**
 * API Gateway takes one variable name at each place of a path, whatever the method and whatever follows it ("conflicting
 * variable on the same hierarchical level"). Plain and greedy variables are told apart.
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
          `${earlier.routeKey} and ${routeKey} have two names for the variable at ${place}, and API Gateway takes one; call it {${earlier.name}${greedy}} in both.`,
        );
      }
    }
  }
}
