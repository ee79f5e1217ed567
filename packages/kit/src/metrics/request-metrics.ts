/**
 * The API's own metrics, as log lines in CloudWatch's embedded metric format: CloudWatch counts them from the
 * log, without any calls. Each metric costs money every month, so they are off by default, and the route is a
 * property of the line: Logs Insights gives every number by route from the same lines, without more metrics.
 */
import type { RequestHandler, Response } from "express";
import { type RequestContext, requestContext } from "../request/request-context.ts";

/** The units are CloudWatch's (API reference, MetricDatum). Six in all, whatever the number of endpoints. */
export const METRICS = [
  { Name: "Requests", Unit: "Count" },
  { Name: "Latency", Unit: "Milliseconds" },
  { Name: "4xx", Unit: "Count" },
  { Name: "5xx", Unit: "Count" },
  { Name: "Refused", Unit: "Count" },
  { Name: "ColdStarts", Unit: "Count" },
] as const;

/** For an endpoint marked with `metrics`: the count and the durations are both statistics of this one. */
const METRICS_OF_ROUTE = [{ Name: "Latency", Unit: "Milliseconds" }] as const;

/**
 * Makes the middleware that writes a line for each request, before its response leaves the function.
 *
 * @param namespace the CloudWatch namespace.
 * @param api the API's name, the only dimension.
 */
export function createRequestMetrics(namespace: string, api: string): RequestHandler {
  let isFirst = true;
  return (request, response, next) => {
    const receivedAt = Date.now();
    const isCold = isFirst;
    isFirst = false;
    let isTold = false;
    const tell = () => {
      if (isTold) return;
      isTold = true;
      const context = requestContext(request);
      const { routeKey } = context;
      const status = statusOf(response, context);
      const groups = [{ Namespace: namespace, Dimensions: [["api"]], Metrics: METRICS }];
      const ofRoute = { Namespace: namespace, Dimensions: [["api", "routeKey"]], Metrics: METRICS_OF_ROUTE };
      context.log.info("request", {
        _aws: {
          Timestamp: receivedAt,
          CloudWatchMetrics: context.hasMetrics ? [...groups, ofRoute] : groups,
        },
        api,
        routeKey: routeKey ?? "-",
        status,
        Requests: 1,
        Latency: Date.now() - receivedAt,
        "4xx": Number(status >= 400 && status < 500),
        "5xx": Number(status >= 500),
        Refused: Number(status === 401 || status === 403),
        ColdStarts: Number(isCold),
      });
    };
    response.on("finish", tell);
    // A response that breaks off emits no other end.
    response.on("close", tell);
    next();
  };
}

/** 0 if the caller has gone; 500 if the response broke off, which is what Lambda's callers get. */
function statusOf({ writableFinished, statusCode }: Response, context: RequestContext): number {
  if (writableFinished || context.answeredAt !== undefined) return statusCode;
  return context.abortReason ? 0 : 500;
}
