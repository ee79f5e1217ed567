// Route keys: `$default`, or a method and a path of literal, {variable} and {greedy+} segments.

import { ConfigurationError } from "./configuration-error.ts";

export type Segment =
  | { kind: "literal"; text: string }
  | { kind: "variable"; name: string }
  | { kind: "greedy"; name: string };

export interface RouteKey {
  method: string;
  segments: readonly Segment[];
}

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY"];
const example = `as in "GET /v1/orders/{orderId}", "ANY /{proxy+}" or "$default"`;

/**
 * Returns `undefined` for `$default`, which has no method and no path; throws for a key that the service
 * would refuse.
 */
export function parseRouteKey(routeKey: string): RouteKey | undefined {
  if (routeKey === "$default") return undefined;
  const refuse = (what: string): never => {
    throw new ConfigurationError(`The route key ${JSON.stringify(routeKey)} ${what}, ${example}.`);
  };
  const [method = "", path = "", ...rest] = routeKey.split(" ");
  if (rest.length > 0 || !path.startsWith("/")) {
    refuse("must be one method, one space and a path that starts with /");
  }
  if (!methods.includes(method)) {
    refuse(`starts with ${JSON.stringify(method)} but must start with one of ${methods.join(", ")}`);
  }
  if (path !== "/" && path.endsWith("/")) refuse("must not end in a slash");

  const segments = pathSegments(path).map((text): Segment => {
    if (text === "") return refuse("has an empty path segment");
    const variable = /^\{([A-Za-z0-9._:-]+)(\+?)\}$/.exec(text);
    if (variable) return { kind: variable[2] === "+" ? "greedy" : "variable", name: variable[1] ?? "" };
    if (/[{}]/.test(text)) {
      return refuse(`has the segment ${JSON.stringify(text)}, but a variable is one whole segment`);
    }
    return { kind: "literal", text };
  });
  if (segments.slice(0, -1).some(({ kind }) => kind === "greedy")) {
    refuse("has a {greedy+} variable before its last segment");
  }
  const names = segments.flatMap((segment) => (segment.kind === "literal" ? [] : [segment.name]));
  if (new Set(names).size < names.length) refuse("uses one variable name twice");
  return { method, segments };
}

/** `/` has no segments; `/items/` has two, the last one empty. */
export function pathSegments(path: string): string[] {
  return path === "/" || path === "" ? [] : path.slice(1).split("/");
}

/** Equal for route keys that the service would call conflicting: variable names do not distinguish routes. */
export function routeKeyShape(routeKey: string): string {
  const parsed = parseRouteKey(routeKey);
  if (!parsed) return routeKey;
  const path = parsed.segments.map((segment) => {
    if (segment.kind === "literal") return segment.text;
    return segment.kind === "greedy" ? "{+}" : "{}";
  });
  return `${parsed.method} /${path.join("/")}`;
}
