/**
 * The container's access log: one line per request, with the groups and names of API Gateway's access log, so
 * that one query serves both. As there, every value is a string and a missing one is `-`. Only the container
 * logs the trace and the caller's own request id: the gateway does not know them.
 */
import type { IncomingMessage } from "node:http";
import type { Request, RequestHandler, Response } from "express";
import type { Release } from "../release.ts";
import { requestContext } from "../request/request-context.ts";
import type { RequestIds } from "../request/request-ids.ts";
import { clientAddress } from "../request/trusted-proxies.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export interface AccessLineOptions {
  readonly stageName: string | undefined;
  readonly release: Release;
  /** Whether a line names the caller. */
  readonly showsSubject: boolean;
}

/** The logged facts of a request. */
export interface AccessEntry {
  readonly ids: Pick<RequestIds, "requestId" | "traceId" | "clientRequestId">;
  /** In milliseconds since the epoch. */
  readonly receivedAt: number;
  readonly host: string | undefined;
  readonly address: string | undefined;
  readonly userAgent: string | undefined;
  readonly subject?: string | undefined;
  readonly path: string;
  readonly routeKey?: string | undefined;
  readonly protocol: string;
  readonly method: string;
  readonly latencyMilliseconds: number;
  readonly error: { readonly code: string; readonly reason: string } | undefined;
  /** `-` if the caller has gone. */
  readonly status: number | "-";
  readonly requestBytes: number;
  readonly responseBytes: number;
}

export type AccessLine = (entry: AccessEntry) => string;

const json = (text: string): string => JSON.stringify(text);
/** Hosts and user agents seldom change from one request to the next. */
const jsonOfAgent = rememberLast(json);
const jsonOfHost = rememberLast((header: string) => {
  const host = header.replace(/:\d*$/, "") || "-";
  return `"domainName":${json(host)},"domainPrefix":${json(prefixOf(host))}`;
});

/** Makes the function that formats an entry as a line. */
export function createAccessLine({
  stageName = "-",
  release: { version, commit },
  showsSubject,
}: AccessLineOptions): AccessLine {
  const stage = json(stageName);
  // The gateway cannot log these two; here, a line names the release that answered.
  const release = `"version":${json(version)},"commit":${json(commit)}`;

  return (entry) => {
    const { error, latencyMilliseconds, responseBytes } = entry;
    // Characters that JSON does not escape.
    const { requestId, traceId, clientRequestId = "-" } = entry.ids;
    const latency = Math.trunc(latencyMilliseconds);
    const reason = json(error?.reason ?? "-");
    // Written by hand: building eight objects only to serialise them would be slower.
    return (
      `{"request":{"requestId":"${requestId}","requestTime":"${requestTime(entry.receivedAt)}","extendedRequestId":"-","traceId":"${traceId}","clientRequestId":"${clientRequestId}"},` +
      `"api":{"apiId":"-","stage":${stage},${jsonOfHost(entry.host ?? "")},${release}},` +
      `"client":{"sourceIp":${json(entry.address ?? "-")},"userAgent":${jsonOfAgent(entry.userAgent ?? "-")}${showsSubject ? `,"subject":${json(entry.subject ?? "-")}` : ""}},` +
      `"http":{"path":${json(entry.path)},"routeKey":${json(entry.routeKey ?? "-")},"protocol":"${entry.protocol}","httpMethod":${json(entry.method)}},` +
      `"integration":{"requestId":"-","integrationStatus":"-","integrationLatency":"${latency}","integrationErrorMessage":"-"},` +
      `"error":{"responseType":"${error?.code ?? "-"}","errorMessage":${reason},"authorizerError":${error?.code === "001401" ? reason : '"-"'}},` +
      `"response":{"status":"${entry.status}","dataProcessed":"${entry.requestBytes + responseBytes}","responseLength":"${responseBytes}","responseLatency":"${latency}"}}\n`
    );
  };
}

/** Makes the middleware that writes a request's line once it is answered, or once the caller has gone. */
export function createAccessLog(
  options: AccessLineOptions & { readonly write: (line: string) => void },
): RequestHandler {
  const accessLine = createAccessLine(options);

  return (request, response, next) => {
    const receivedAt = Date.now();
    const started = performance.now();
    const { headers, method } = request;
    // The original path: the app routes on the decoded one.
    const path = targetPath(request.originalUrl);
    // Read now, because a closed socket forgets it.
    const address = addressOf(request);
    response.on("close", () => {
      const { ids, routeKey, error, answeredAt, subject } = requestContext(request);
      const line = accessLine({
        ids,
        receivedAt,
        host: headers.host,
        address,
        userAgent: headers["user-agent"],
        subject,
        path,
        routeKey,
        protocol: `HTTP/${request.httpVersion}`,
        method,
        latencyMilliseconds: (answeredAt ?? performance.now()) - started,
        error,
        status: response.writableFinished || answeredAt !== undefined ? response.statusCode : "-",
        requestBytes: bodyBytes(request),
        responseBytes: bytesOf(request, response),
      });
      options.write(line);
    });
    next();
  };
}

const ORIGIN = /^https?:\/\/[^/?]*/i;

/** The path of a request target. */
export function targetPath(target: string): string {
  return target.replace(ORIGIN, "").split("?", 1)[0] || "/";
}

/**
 * The length of the response's body. A router's or middleware's own response has it in a header, or it is
 * unknown.
 */
function bytesOf(request: Request, response: Response): number {
  const { responseLength } = requestContext(request);
  if (responseLength > 0 || request.method === "HEAD") return responseLength;
  return Number(response.getHeader("content-length")) || 0;
}

/** Express's `ip` is slower: it parses the proxies' header and the trusted addresses. */
function addressOf(request: Request): string | undefined {
  const forwarded = request.headers["x-forwarded-for"];
  return forwarded === undefined ? request.socket.remoteAddress : clientAddress(request);
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

/** Cached per second. */
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
