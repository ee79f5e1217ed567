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
    const received = Date.now();
    const started = performance.now();
    const path = request.path;
    response.once("close", () => {
      const { requestId, routeKey = "-", responseLength = 0, error } = requestContext(request);
      const latency = String(Math.trunc(performance.now() - started));
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

/** Requests of the same second have the same. */
let lastTime = { second: 0, text: "" };

/** As `$context.requestTime`: `17/Jun/2024:15:49:29 +0000`. */
function requestTime(milliseconds: number): string {
  const second = Math.trunc(milliseconds / 1000);
  if (second !== lastTime.second) {
    const date = new Date(milliseconds);
    const iso = date.toISOString();
    const text = `${iso.slice(8, 10)}/${MONTHS[date.getUTCMonth()]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
    lastTime = { second, text };
  }
  return lastTime.text;
}
