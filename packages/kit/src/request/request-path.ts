/**
 * Paths as API Gateway sees them. The gateway decodes a path before it routes it and before it puts it into
 * the event, so the app routes on decoded segments in both runtimes, and `/a%2Fb` is `/a/b` everywhere.
 */
import type { Method, Route } from "../route/define-route.ts";

/** Characters that a path must escape: everything but slashes and the `pchar` of RFC 3986, section 3.3. */
const ILLEGAL_IN_PATH = /[^\w/.~!$&'()*+,;=:@-]+/gu;

/**
 * Turns a decoded path into one that is valid in a URL, so that the router's own decoding gives the same text
 * again. Legal characters stay unchanged.
 */
export function encodePath(decoded: string): string {
  return decoded.toWellFormed().replace(ILLEGAL_IN_PATH, encodeURIComponent);
}

/** Characters in a query that would change how the whole target is read. */
const ILLEGAL_IN_QUERY = /[^\x21-\x7e]+|#/gu;

/** Encodes characters that would end a query, or make the target more than a path and a query. */
export function encodeQuery(query: string): string {
  return query.toWellFormed().replace(ILLEGAL_IN_QUERY, encodeURIComponent);
}

/** Decodes a path as the gateway does; malformed parts stay unchanged. */
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
 * Removes the stage from the front of a path, on a segment boundary: with stage `mvp`, `/mvp/items` becomes
 * `/items`, and `/mvpfoo` stays unchanged. The `$default` stage is in no path.
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

/** A path as callers should write it: API Gateway has no routes with a trailing slash, except the root. */
export function publicPath(path: string): string {
  return path.replace(/(?<=.)\/$/, "");
}

/** API Gateway's route key for a route. */
export function routeKey(method: Route["method"], path: string): string {
  return `${method} ${publicPath(path)}`;
}

/** The key that an endpoint is listed under: `GET /v1/orders/{orderId}`. */
export function splitRouteKey(key: string): { readonly method: Method; readonly path: string } {
  const [method, path] = key.split(" ");
  return { method: method as Method, path: path ?? "" };
}

/**
 * Sorts paths as the gateway ranks them, segment by segment: a literal before a variable, a variable before a
 * greedy one. Express takes the first match, so routes are registered in this order.
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
