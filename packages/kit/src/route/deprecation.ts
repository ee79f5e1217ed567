/** The deprecation that an endpoint announces with each response. */
import type { Request, Response } from "express";
import { requestContext } from "../request/request-context.ts";
import type { Deprecation } from "./define-route.ts";

/**
 * Sets `deprecation` (RFC 9745), `sunset` (RFC 8594) and a `link` to the successor (RFC 5829, section 3.2),
 * on refusals too.
 */
export function announceDeprecation(
  { since, sunset, successor }: Deprecation,
  request: Request,
  response: Response,
): void {
  response.setHeader("deprecation", `@${Date.parse(since) / 1000}`);
  if (sunset !== undefined) response.setHeader("sunset", new Date(sunset).toUTCString());
  if (successor === undefined) return;
  const { basePath } = requestContext(request).received;
  const params = request.params as Readonly<Record<string, string>>;
  const path = successor.replaceAll(/\{(\w+)\+?\}/g, (_, name: string) =>
    String(params[name] ?? "")
      .split("/")
      .map(encodeURIComponent)
      .join("/"),
  );
  response.appendHeader("link", `<${basePath}${path}>; rel="successor-version"`);
}

/** Logs who still calls: the prefix of an API key, and the subject if it may be logged. */
export function logDeprecatedCall(request: Request, operationId: string, mayLogSubject: boolean): void {
  const { log, principal, apiKeyPrefix } = requestContext(request);
  const subject = mayLogSubject ? principal?.subject : undefined;
  log.warn("a deprecated endpoint was called", {
    operationId,
    ...(apiKeyPrefix !== undefined && { apiKey: apiKeyPrefix }),
    ...(subject !== undefined && { subject }),
  });
}
