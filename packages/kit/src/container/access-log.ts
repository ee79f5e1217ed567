/**
 * The container's access log: one line a request in the groups and names of the stage's access log at API Gateway, so
 * that one query serves both. Like there, every value is a string and an absent one is `-`.
 */
import type { IncomingMessage } from "node:http";
import type { Request, RequestHandler, Response } from "express";
import type { Release } from "../release.ts";
import { requestContext } from "../request/request-context.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export interface AccessLogOptions {
  readonly stageName: string | undefined;
  readonly release: Release;
  readonly write: (line: string) => void;
}

const json = (text: string): string => JSON.stringify(text);
/** Hosts and user agents seldom change from one request to the next. */
const jsonOfAgent = rememberLast(json);
const jsonOfHost = rememberLast(
  (host: string) => `"domainName":${json(host)},"domainPrefix":${json(prefixOf(host))}`,
);

/** Makes the middleware that writes a request's line once the answer is out, or once the caller has gone. */
export function createAccessLog({
  stageName = "-",
  release: { version, commit },
  write,
}: AccessLogOptions): RequestHandler {
  const stage = json(stageName);
  // The gateway cannot know these two; here, a line tells which release answered.
  const release = `"version":${json(version)},"commit":${json(commit)}`;

  return (request, response, next) => {
    const received = Date.now();
    const started = performance.now();
    // As it came: the app routes on the decoded path.
    const path = pathOf(request.originalUrl);
    // Now, because a socket that is closed has forgotten it.
    const address = addressOf(request);
    response.on("close", () => {
      const { requestId, routeKey = "-", error, answeredAt } = requestContext(request);
      const responseLength = bytesOf(request, response);
      const latency = Math.trunc((answeredAt ?? performance.now()) - started);
      const status = response.writableFinished || answeredAt !== undefined ? response.statusCode : "-";
      const reason = json(error?.reason ?? "-");
      // Written out: one object of it all would be made of eight, only to become text.
      write(
        `{"request":{"requestId":${json(requestId)},"requestTime":"${requestTime(received)}","extendedRequestId":"-"},` +
          `"api":{"apiId":"-","stage":${stage},${jsonOfHost(hostOf(request))},${release}},` +
          `"client":{"sourceIp":${json(address)},"userAgent":${jsonOfAgent(request.headers["user-agent"] ?? "-")}},` +
          `"http":{"path":${json(path)},"routeKey":${json(routeKey)},"protocol":"HTTP/${request.httpVersion}","httpMethod":${json(request.method)}},` +
          `"integration":{"integrationStatus":"-","integrationLatency":"${latency}","integrationErrorMessage":"-"},` +
          `"error":{"responseType":"${error?.code ?? "-"}","errorMessage":${reason},"authorizerError":${error?.code === "001401" ? reason : '"-"'}},` +
          `"response":{"status":"${status}","dataProcessed":"${bodyBytes(request) + responseLength}","responseLength":"${responseLength}","responseLatency":"${latency}"}}\n`,
      );
    });
    next();
  };
}

const ORIGIN = /^https?:\/\/[^/?]*/i;

function pathOf(target: string): string {
  return target.replace(ORIGIN, "").split("?", 1)[0] || "/";
}

/** Of the answer's body. What a router or a middleware has sent says its own length, or is not known. */
function bytesOf(request: Request, response: Response): number {
  const { responseLength } = requestContext(request);
  if (responseLength > 0 || request.method === "HEAD") return responseLength;
  return Number(response.getHeader("content-length")) || 0;
}

/** What the request was sent to. Express's `hostname` would be `x-forwarded-host`, which a client may write. */
function hostOf({ headers: { host = "" } }: IncomingMessage): string {
  return host.replace(/:\d*$/, "") || "-";
}

/** Express's `ip`, for which it looks at the proxies' header first, and at what it trusts. */
function addressOf(request: Request): string {
  const forwarded = request.headers["x-forwarded-for"];
  return (forwarded === undefined ? request.socket.remoteAddress : request.ip) ?? "-";
}

function rememberLast(make: (text: string) => string): (text: string) => string {
  let last: string | undefined;
  let made = "";
  return (text) => {
    if (text !== last) {
      last = text;
      made = make(text);
    }
    return made;
  };
}

function bodyBytes(request: IncomingMessage): number {
  return Number(request.headers["content-length"]) || 0;
}

function prefixOf(hostname: string): string {
  const dot = hostname.indexOf(".");
  return (dot < 0 ? hostname : hostname.slice(0, dot)) || "-";
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
