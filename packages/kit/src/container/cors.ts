/**
 * CORS, done by the container the way API Gateway does it for Lambda: the gateway's configuration and this middleware
 * are made of the same values. The Lambda runtime leaves CORS to the gateway, which overwrites whatever the app says.
 */
import type { RequestHandler } from "express";
import { METHODS } from "../route/define-route.ts";

/** In the names of API Gateway's `CorsConfiguration`. */
export interface CorsConfiguration {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAge: number;
}

/** `authorization` is named because a wildcard does not cover it (Fetch Standard, CORS-safelisted request-headers). */
export function corsConfiguration(allowOrigins: readonly string[]): CorsConfiguration {
  return {
    allowOrigins,
    allowMethods: METHODS,
    allowHeaders: ["authorization", "content-type", "x-request-id"],
    exposeHeaders: ["x-request-id", "retry-after", "www-authenticate"],
    maxAge: 3600,
  };
}

/**
 * Makes the middleware that does CORS. A preflight has both headers and never reaches a route; other answers get headers
 * only if there is an `origin`.
 */
export function createCors(configuration: CorsConfiguration): RequestHandler {
  const { allowOrigins, allowMethods, allowHeaders, exposeHeaders, maxAge } = configuration;
  const anyOrigin = allowOrigins.includes("*");

  return (request, response, next) => {
    const { origin } = request.headers;
    if (origin === undefined) return next();
    const isPreflight =
      request.method === "OPTIONS" && request.headers["access-control-request-method"] !== undefined;
    if (anyOrigin || allowOrigins.includes(origin)) {
      response.setHeader("access-control-allow-origin", anyOrigin ? "*" : origin);
      if (isPreflight) {
        response.setHeader("access-control-allow-methods", allowMethods.join(","));
        response.setHeader("access-control-allow-headers", allowHeaders.join(","));
        response.setHeader("access-control-max-age", String(maxAge));
      } else {
        response.setHeader("access-control-expose-headers", exposeHeaders.join(","));
      }
    }
    if (!isPreflight) return next();
    // The gateway's own answer has no id of the app.
    response.removeHeader("x-request-id");
    response.writeHead(204).end();
  };
}
