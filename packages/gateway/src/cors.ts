// CORS as configured on the API (docs/behaviour.md §5). Does nothing without a configuration.

import type { Answer } from "./answer.ts";
import type { CorsConfiguration } from "./http-api.ts";
import type { HttpRequest } from "./http-request.ts";

type Header = [name: string, value: string];

export function isPreflight({ method, headers }: HttpRequest): boolean {
  return method === "OPTIONS" && headers.has("origin") && headers.has("access-control-request-method");
}

/** An origin that is not allowed gets the same status without headers. */
export function preflightAnswer(cors: CorsConfiguration, request: HttpRequest): Answer {
  const origin = originHeaders(cors, request);
  const allowed: Header[] =
    origin.length === 0
      ? []
      : [
          ...origin,
          ...listHeader("access-control-allow-methods", cors.allowMethods),
          ...listHeader("access-control-allow-headers", cors.allowHeaders),
          ...listHeader("access-control-max-age", cors.maxAge === undefined ? [] : [String(cors.maxAge)]),
        ];
  return { statusCode: 204, headers: allowed, body: Buffer.alloc(0) };
}

/** The function's own CORS headers are always removed, even if no others replace them. */
export function withCorsHeaders(cors: CorsConfiguration, request: HttpRequest, answer: Answer): Answer {
  const kept = answer.headers.filter(([name]) => !name.startsWith("access-control-"));
  const origin = originHeaders(cors, request);
  if (origin.length === 0) return { ...answer, headers: kept };
  return {
    ...answer,
    headers: [...kept, ...origin, ...listHeader("access-control-expose-headers", cors.exposeHeaders)],
  };
}

function originHeaders(cors: CorsConfiguration, request: HttpRequest): Header[] {
  const origin = allowedOrigin(cors, request.headers.get("origin"));
  if (origin === undefined) return [];
  const headers: Header[] = [["access-control-allow-origin", origin]];
  if (origin !== "*") headers.push(["vary", "origin"]);
  if (cors.allowCredentials) headers.push(["access-control-allow-credentials", "true"]);
  return headers;
}

function allowedOrigin(cors: CorsConfiguration, origin: string | undefined): string | undefined {
  if (origin === undefined) return undefined;
  const allowed = cors.allowOrigins ?? [];
  if (allowed.includes("*")) return "*";
  const isAllowed = allowed.some((item) =>
    item.endsWith("://*") ? origin.startsWith(item.slice(0, -1)) : item === origin,
  );
  return isAllowed ? origin : undefined;
}

function listHeader(name: string, list: readonly string[] = []): Header[] {
  return list.length > 0 ? [[name, list.join(",")]] : [];
}
