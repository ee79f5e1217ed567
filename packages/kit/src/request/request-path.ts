/**
 * Paths, the way API Gateway sees them. The gateway decodes a path before it routes it and before it puts it into the
 * event, so the app routes on decoded segments in both runtimes and `/a%2Fb` is `/a/b` everywhere.
 */
import type { Method, Route } from "../route/define-route.ts";

/** What a path may not hold as it is: everything but slashes and the `pchar` of RFC 3986, section 3.3. */
const ILLEGAL_IN_PATH = /[^\w/.~!$&'()*+,;=:@-]+/gu;

/**
 * Turns a decoded path into one that a URL may hold, so that the router's own decoding gives the same text again. What
 * is legal in a path stays as it came.
 */
export function encodePath(decoded: string): string {
  return decoded.toWellFormed().replace(ILLEGAL_IN_PATH, encodeURIComponent);
}

/** What a query may not hold as it is, as far as it would change how the whole target is read. */
const ILLEGAL_IN_QUERY = /[^\x21-\x7e]+|#/gu;

/** Encodes what would end a query or make the target more than a path and a query; all else stays as it came. */
export function encodeQuery(query: string): string {
  return query.toWellFormed().replace(ILLEGAL_IN_QUERY, encodeURIComponent);
}

/** Decodes a path as the gateway does; what is not well-formed in it is left as it is. */
export function decodePath(encoded: string): string {
  return encoded.replaceAll(/(?:%[0-9a-f]{2})+/gi, (octets) => {
    try {
      return decodeURIComponent(octets);
    } catch {
      return octets;
    }
  });
}

/**
 * Cuts the stage off the front of a path, on a segment boundary: with stage `mvp`, `/mvp/items` is `/items`, and
 * `/mvpfoo` stays what it is. The `$default` stage is in no path.
 */
export function stripStage(path: string, stage: string): string {
  if (stage === "$default" || stage === "") return path;
  if (path === `/${stage}`) return "/";
  return path.startsWith(`/${stage}/`) ? path.slice(stage.length + 1) : path;
}

/** `/v1/orders/{orderId}` in Express's form: `/v1/orders/:orderId`; `{path+}` becomes `*path`. */
export function expressPath(path: string): string {
  return path.replace(/\{(\w+)\+\}/, "*$1").replace(/\{(\w+)\}/g, ":$1");
}

/** A path as callers should write it: API Gateway knows no route with a slash at its end, but for the root alone. */
export function publicPath(path: string): string {
  return path.replace(/(?<=.)\/$/, "");
}

/** The route key under which API Gateway knows a route. */
export function routeKey(method: Route["method"], path: string): string {
  return `${method} ${publicPath(path)}`;
}

/** The method and the path that an endpoint is listed under: `GET /v1/orders/{orderId}`. */
export function splitRouteKey(key: string): { readonly method: Method; readonly path: string } {
  const [method, path] = key.split(" ");
  return { method: method as Method, path: path ?? "" };
}

/**
 * Sorts paths as the gateway ranks them, segment by segment: a literal before a variable, a variable before a greedy
 * one. Express takes the first route that fits, so routes are registered in this order.
 */
export function comparePaths(a: string, b: string): number {
  const left = a.split("/");
  const right = b.split("/");
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const difference = rank(left[index]) - rank(right[index]);
    if (difference !== 0) return difference;
  }
  return right.length - left.length;
}

function rank(segment = ""): number {
  if (segment.endsWith("+}")) return 2;
  return segment.startsWith("{") ? 1 : 0;
}
