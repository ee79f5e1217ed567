/** Passes each request to its endpoint, or to the router that is mounted there. */
import { type RequestHandler, Router } from "express";
import type { Api } from "../api.ts";
import { expressPath, publicPath, splitRouteKey } from "../request/request-path.ts";
import { handleRoute, type RouteEnvironment } from "./handle-route.ts";
import { mountRouter } from "./mount-router.ts";

type RouteLoader = Api["routes"][string];

interface Mounted {
  readonly handler: RequestHandler;
  /** Express's `request.route`, whose path libraries use to name their measurements. */
  readonly route: { readonly path: string };
}

/**
 * Makes the handler of all endpoints and routers. One that calls `next` passes the request to the next match,
 * as in Express; after the last come the handlers added with `app.use`.
 */
export function routeRequests(
  { routes, routers }: Pick<Api, "routes" | "routers">,
  environment: RouteEnvironment,
): RequestHandler {
  const mounted = new Map<string, Mounted>();
  const mount = (key: string, handler: RequestHandler): Mounted => {
    const made = { handler, route: { path: expressPath(splitRouteKey(key).path) } };
    mounted.set(key, made);
    return made;
  };
  const forAnyMethod = routers.flatMap((router) => {
    const handler = Router({ caseSensitive: true }).use(router.prefix, mountRouter(router, environment));
    const keys = [`ANY ${router.prefix}`, `ANY ${router.prefix}/{proxy+}`];
    for (const key of keys) mount(key, handler);
    return keys;
  });
  const table = createRouteTable(routes, forAnyMethod);

  /** Made by the first request: a cold start pays only for its own endpoint. */
  const endpoint = (key: string): Mounted =>
    mount(key, handleRoute({ ...splitRouteKey(key), load: routes[key] as RouteLoader }, environment));

  return (request, response, next) => {
    const { method, path } = request;
    const { params: before } = request;
    let others: FoundRoute[] | undefined;

    const hand = ({ key, params }: FoundRoute) => {
      const { handler, route } = mounted.get(key) ?? endpoint(key);
      request.params = params;
      request.route = route;
      return handler(request, response, goOn);
    };
    const goOn = (error?: unknown): unknown => {
      others ??= [...table.others(method, path)];
      const found = error === undefined ? others.shift() : undefined;
      // A router that calls this ignores the returned promise.
      if (found) return Promise.resolve(hand(found)).catch(next);
      request.params = before;
      request.route = undefined;
      return next(error);
    };

    const exact = table.exact(method, path);
    return exact === undefined ? goOn() : hand({ key: exact, params: {} });
  };
}

export interface FoundRoute {
  /** As it is listed: `GET /v1/orders/{orderId}`. */
  readonly key: string;
  /** `{ orderId: "7" }`; a greedy variable keeps its slashes. */
  readonly params: Readonly<Record<string, string>>;
}

export interface RouteTable {
  /** The key of the route whose literal path equals this one. */
  exact(method: string, path: string): string | undefined;
  /** The other matching routes, the most specific one first. */
  others(method: string, path: string): readonly FoundRoute[];
}

interface Match {
  readonly key: string;
  readonly names: readonly string[];
}

/** A node for the common beginning of paths, up to one of their segments. Matches are by method. */
interface Level {
  readonly literals: Map<string, Level>;
  variable: Level | undefined;
  readonly whole: Map<string, Match>;
  readonly greedy: Map<string, Match>;
}

/** A node that a path leads to, with the values of the variables on the way. */
interface Arrival {
  readonly matches: ReadonlyMap<string, Match>;
  readonly values: readonly string[];
}

interface Arrivals {
  readonly whole: Arrival[];
  readonly greedy: Arrival[];
}

/**
 * Makes a table. It finds a request's route in API Gateway's order: full matches, then matches with a greedy
 * variable; in both, a route of the method before one of any method, and at each segment a literal before a
 * variable (AWS, "Create routes for HTTP APIs in API Gateway"). HEAD falls back to the route of GET (RFC
 * 9110, section 9.3.2), which at the gateway needs a definition. The time does not depend on the number of
 * routes.
 *
 * A route whose path ends in a slash is found without it too: API Gateway knows only that form.
 *
 * @param routes an object whose keys are route keys.
 * @param forAnyMethod further route keys, for any method: `ANY /v1/legacy/{proxy+}`.
 */
export function createRouteTable(
  routes: Readonly<Record<string, unknown>>,
  forAnyMethod: readonly string[],
): RouteTable {
  let root: Level | undefined;
  let isFirst = true;
  let listed: ReadonlySet<string> | undefined;

  /** Called by the first request that needs it: a cold start for a literal path does not. */
  function createLevels(): Level {
    const top = createLevel();
    for (const key of Object.keys(routes)) if (key.includes("{")) add(top, key);
    for (const key of forAnyMethod) add(top, key);
    return top;
  }

  const isListed = (key: string): boolean => (listed ? listed.has(key) : Object.hasOwn(routes, key));

  function exact(method: string, path: string): string | undefined {
    // A variable's own name, which an adapter may pass on decoded: `/v1/orders/{orderId}`.
    if (path.includes("{")) return undefined;
    const key = `${method} ${path}`;
    if (isListed(key)) return key;
    if (isListed(`${key}/`)) return `${key}/`;
    return method === "HEAD" ? exact("GET", path) : undefined;
  }

  return {
    exact(method, path) {
      // A cold start looks for its own key in a list that is slow to read; the next request reads all of it.
      if (!isFirst) listed ??= new Set(Object.keys(routes));
      isFirst = false;
      return exact(method, path);
    },

    others(method, path) {
      root ??= createLevels();
      const { whole, greedy } = follow(root, path.split("/"));
      return [whole, greedy].flatMap((arrivals) => [
        ...arrivals.flatMap((arrival) => matchOf(arrival, method)),
        ...arrivals.flatMap((arrival) => matchOf(arrival, "ANY")),
      ]);
    },
  };
}

const createLevel = (): Level => ({
  literals: new Map(),
  variable: undefined,
  whole: new Map(),
  greedy: new Map(),
});

function add(root: Level, key: string): void {
  const { method, path } = splitRouteKey(key);
  for (const known of new Set([path, publicPath(path)])) addPath(root, method, known, key);
}

function addPath(root: Level, method: string, path: string, key: string): void {
  const names: string[] = [];
  let level = root;
  for (const segment of path.split("/")) {
    const [, name, plus] = /^\{(\w+)(\+?)\}$/.exec(segment) ?? [];
    if (name) names.push(name);
    if (plus) {
      level.greedy.set(method, { key, names });
      return;
    }
    const next: Level = (name ? level.variable : level.literals.get(segment)) ?? createLevel();
    if (name) level.variable = next;
    else level.literals.set(segment, next);
    level = next;
  }
  level.whole.set(method, { key, names });
}

/** Each level is visited at most once: the work is bounded by the routes, whatever the path. */
function follow(root: Level, segments: readonly string[]): Arrivals {
  const arrivals: Arrivals = { whole: [], greedy: [] };

  function enter({ literals, variable, whole, greedy }: Level, index: number, values: readonly string[]) {
    const segment = segments[index];
    if (segment === undefined) {
      arrivals.whole.push({ matches: whole, values });
      return;
    }
    const literal = literals.get(segment);
    if (literal) enter(literal, index + 1, values);
    if (variable && segment !== "") enter(variable, index + 1, [...values, segment]);
    if (greedy.size === 0) return;
    const rest = segments.slice(index).join("/");
    if (rest !== "") arrivals.greedy.push({ matches: greedy, values: [...values, rest] });
  }

  enter(root, 0, []);
  return arrivals;
}

function matchOf({ matches, values }: Arrival, method: string): FoundRoute[] {
  const match = matches.get(method) ?? (method === "HEAD" ? matches.get("GET") : undefined);
  if (!match) return [];
  // The runtime has encoded the path itself, so decoding cannot fail.
  const params = match.names.map((name, index) => [name, decodeURIComponent(values[index] ?? "")]);
  return [{ key: match.key, params: Object.fromEntries(params) }];
}
