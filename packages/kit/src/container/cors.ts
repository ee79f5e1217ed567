/**
 * CORS in the container, as API Gateway does it for Lambda: the gateway's configuration and this middleware
 * are made from the same values. The Lambda runtime leaves CORS to the gateway, which overwrites the app's
 * headers.
 */
import type { Request, RequestHandler, Response } from "express";
import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import { requestContext } from "../request/request-context.ts";
import { type ApiFacts, METHODS } from "../route/define-route.ts";

/** With the names of API Gateway's `CorsConfiguration`. */
export interface CorsConfiguration {
  readonly allowCredentials: boolean;
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAge: number;
}

export type CorsSettings = Pick<
  Config,
  "corsAllowCredentials" | "corsAllowOrigins" | "corsAllowHeaders" | "corsExposeHeaders"
>;

/** `authorization` is named because a wildcard does not cover it (Fetch Standard, CORS-safelisted request-headers). */
const ALLOW_HEADERS = ["authorization", "content-type", "x-request-id", "traceparent", "tracestate"];
const EXPOSE_HEADERS = [
  "x-request-id",
  "retry-after",
  "ratelimit",
  "ratelimit-policy",
  "deprecation",
  "sunset",
  "link",
  "www-authenticate",
  "location",
  "etag",
];

/**
 * Makes the configuration.
 *
 * @param requestHeaders the headers in the endpoints' contracts (`requestHeaderNames`).
 */
export function corsConfiguration(
  { corsAllowCredentials, corsAllowOrigins, corsAllowHeaders, corsExposeHeaders }: CorsSettings,
  requestHeaders: readonly string[],
): CorsConfiguration {
  return {
    allowCredentials: corsAllowCredentials,
    allowOrigins: corsAllowOrigins,
    allowMethods: METHODS,
    allowHeaders: [...new Set([...ALLOW_HEADERS, ...requestHeaders, ...corsAllowHeaders])],
    exposeHeaders: [...new Set([...EXPOSE_HEADERS, ...corsExposeHeaders])],
    maxAge: 3600,
  };
}

/**
 * Makes the CORS middleware. A preflight has both headers and never reaches a route; other responses get
 * headers only if there is an `origin`.
 *
 * @param endpoints the API's; the first preflight reads their headers.
 */
export function createCors(
  settings: CorsSettings,
  { endpoints }: Pick<ApiFacts, "endpoints">,
): RequestHandler {
  const { allowCredentials, allowOrigins, allowMethods, exposeHeaders, maxAge } = corsConfiguration(
    settings,
    [],
  );
  const anyOrigin = allowOrigins.includes("*");
  const exposed = exposeHeaders.join(",");
  let allowing: Promise<readonly string[]> | undefined;

  async function allowedHeaders(log: Log): Promise<readonly string[]> {
    try {
      const { requestHeaderNames } = await import("../route/request-headers.ts");
      return corsConfiguration(settings, requestHeaderNames(await endpoints())).allowHeaders;
    } catch (error) {
      // One broken endpoint must not block pages from calling the others.
      log.error("the headers that the endpoints name are unknown", { error });
      allowing = undefined;
      return corsConfiguration(settings, []).allowHeaders;
    }
  }

  async function answerPreflight(request: Request, response: Response, isAllowed: boolean): Promise<void> {
    if (isAllowed) {
      allowing ??= allowedHeaders(requestContext(request).log);
      response.setHeader("access-control-allow-methods", allowMethods.join(","));
      response.setHeader("access-control-allow-headers", (await allowing).join(","));
      response.setHeader("access-control-max-age", String(maxAge));
    }
    // The gateway's own response has no request id of the app either.
    response.removeHeader("x-request-id");
    response.writeHead(204).end();
  }

  return (request, response, next) => {
    const { origin } = request.headers;
    if (origin === undefined) return next();
    const isPreflight =
      request.method === "OPTIONS" && request.headers["access-control-request-method"] !== undefined;
    const isAllowed = anyOrigin || allowOrigins.includes(origin);
    if (isAllowed) response.setHeader("access-control-allow-origin", anyOrigin ? "*" : origin);
    if (isAllowed && allowCredentials) response.setHeader("access-control-allow-credentials", "true");
    if (isPreflight) return answerPreflight(request, response, isAllowed);
    if (isAllowed) response.setHeader("access-control-expose-headers", exposed);
    next();
  };
}
