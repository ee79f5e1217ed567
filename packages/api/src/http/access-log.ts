/**
 * The container's access log: one line a request in the groups and names of the stage's access log at API Gateway, so
 * that one query serves both. Like there, every value is a string and an absent one is `-`.
 */
import type { IncomingMessage } from "node:http";
import type { RequestHandler } from "express";
import type { Release } from "../release.ts";
import { requestContext } from "./request-context.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export interface AccessLogOptions {
  readonly stageName: string | undefined;
  readonly release: Release;
  readonly write: (line: string) => void;
}

/** Writes the line once the answer is out, or once the caller has gone. */
export function accessLog({ stageName = "-", release, write }: AccessLogOptions): RequestHandler {
  return (request, response, next) => {
    const received = new Date();
    const started = process.hrtime.bigint();
    const path = request.path;
    response.once("close", () => {
      const { requestId, routeKey = "-", responseLength = 0, error } = requestContext(request);
      const latency = String((process.hrtime.bigint() - started) / 1_000_000n);
      const { hostname } = request;
      const entry = {
        request: { requestId, requestTime: requestTime(received), extendedRequestId: "-" },
        api: {
          apiId: "-",
          stage: stageName,
          domainName: hostname ?? "-",
          domainPrefix: prefixOf(hostname),
          // The gateway cannot know these two; here, a line tells which release answered.
          version: release.version,
          commit: release.commit,
        },
        client: { sourceIp: request.ip ?? "-", userAgent: request.headers["user-agent"] ?? "-" },
        http: { path, routeKey, protocol: `HTTP/${request.httpVersion}`, httpMethod: request.method },
        integration: { integrationStatus: "-", integrationLatency: latency, integrationErrorMessage: "-" },
        error: {
          responseType: error?.code ?? "-",
          errorMessage: error?.reason ?? "-",
          authorizerError: error?.code === "001401" ? error.reason : "-",
        },
        response: {
          status: response.writableFinished ? String(response.statusCode) : "-",
          dataProcessed: String(bodyBytes(request) + responseLength),
          responseLength: String(responseLength),
          responseLatency: latency,
        },
      };
      write(`${JSON.stringify(entry)}\n`);
    });
    next();
  };
}

function bodyBytes(request: IncomingMessage): number {
  return Number(request.headers["content-length"]) || 0;
}

function prefixOf(hostname: string | undefined): string {
  return hostname?.split(".")[0] || "-";
}

/** As `$context.requestTime`: `17/Jun/2024:15:49:29 +0000`. */
function requestTime(date: Date): string {
  const [day, time] = date.toISOString().split("T") as [string, string];
  const [year, month, dayOfMonth] = day.split("-") as [string, string, string];
  return `${dayOfMonth}/${MONTHS[Number(month) - 1]}/${year}:${time.slice(0, 8)} +0000`;
}
