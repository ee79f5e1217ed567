// Chooses the route of a request: full match, then greedy match, then $default (docs/behaviour.md §3). Routes
// are sorted once by priority, so the first match is the right one.

import type { Route } from "./http-api.ts";
import { parseRouteKey, pathSegments, type RouteKey, type Segment } from "./route-key.ts";

export interface RouteMatch {
  route: Route;
  /** Missing if the service leaves the field out of the event. */
  pathParameters?: Record<string, string>;
}

export type Router = (method: string, path: string) => RouteMatch | undefined;

interface CompiledRoute extends RouteKey {
  route: Route;
  isGreedy: boolean;
}

const segmentRank: Record<Segment["kind"], number> = { literal: 0, variable: 1, greedy: 2 };

/** `path` is decoded and has neither stage nor mapping key. */
export function createRouter(routes: readonly Route[], trailingSlash: "distinct" | "ignored"): Router {
  const defaultRoute = routes.find(({ routeKey }) => routeKey === "$default");
  const compiled = routes.flatMap((route): CompiledRoute[] => {
    const key = parseRouteKey(route.routeKey);
    return key ? [{ ...key, route, isGreedy: key.segments.at(-1)?.kind === "greedy" }] : [];
  });
  compiled.sort(byPriority);

  return (method, path) => {
    const sent = pathSegments(path);
    const withoutSlash = trailingSlash === "ignored" && sent.at(-1) === "" ? sent.slice(0, -1) : sent;
    for (const candidate of compiled) {
      if (candidate.method !== method && candidate.method !== "ANY") continue;
      const values = matchSegments(candidate, candidate.isGreedy ? sent : withoutSlash);
      if (!values) continue;
      if (values.length === 0) return { route: candidate.route };
      return { route: candidate.route, pathParameters: Object.fromEntries(values.sort(byName)) };
    }
    return defaultRoute && { route: defaultRoute };
  };
}

function byPriority(a: CompiledRoute, b: CompiledRoute): number {
  if (a.isGreedy !== b.isGreedy) return a.isGreedy ? 1 : -1;
  if ((a.method === "ANY") !== (b.method === "ANY")) return a.method === "ANY" ? 1 : -1;
  for (const [index, segment] of a.segments.entries()) {
    const other = b.segments[index];
    if (!other) break;
    const difference = segmentRank[segment.kind] - segmentRank[other.kind];
    if (difference !== 0) return difference;
  }
  return b.segments.length - a.segments.length;
}

function matchSegments(candidate: CompiledRoute, sent: readonly string[]): [string, string][] | undefined {
  const { segments, isGreedy } = candidate;
  if (isGreedy ? sent.length < segments.length : sent.length !== segments.length) return undefined;
  const values: [string, string][] = [];
  for (const [index, segment] of segments.entries()) {
    const text = sent[index] ?? "";
    if (segment.kind === "literal") {
      if (segment.text !== text) return undefined;
      continue;
    }
    const value = segment.kind === "greedy" ? greedyValue(sent.slice(index)) : text;
    if (value === "") return undefined;
    values.push([segment.name, value]);
  }
  return values;
}

/** According to reports, the greedy value has no trailing slash, although rawPath keeps it (§1.7). */
function greedyValue(rest: readonly string[]): string {
  return rest.join("/").replace(/\/$/, "");
}

function byName([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : 1;
}
