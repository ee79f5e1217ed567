// Builds the payload 2.0 event. Which fields it has, and in what order, follows docs/behaviour.md §1.

import { isTextBody } from "./body-encoding.ts";
import type { HttpRequest } from "./http-request.ts";
import { parseQueryString } from "./query-string.ts";
import type { Switches } from "./switches.ts";
import { randomHex } from "./trace.ts";

export interface HttpApiEvent {
  version: "2.0";
  routeKey: string;
  rawPath: string;
  rawQueryString: string;
  cookies?: string[];
  headers: Record<string, string>;
  queryStringParameters?: Record<string, string>;
  requestContext: {
    accountId: string;
    apiId: string;
    authorizer?: AuthorizerContext;
    domainName: string;
    domainPrefix: string;
    http: { method: string; path: string; protocol: "HTTP/1.1"; sourceIp: string; userAgent: string };
    requestId: string;
    routeKey: string;
    stage: string;
    time: string;
    timeEpoch: number;
  };
  pathParameters?: Record<string, string>;
  stageVariables?: Record<string, string>;
  body?: string;
  isBase64Encoded: boolean;
}

/** At most one of the two: for a route with a JWT authorizer, or with AWS_IAM. */
export interface AuthorizerContext {
  jwt?: JwtContext;
  iam?: IamContext;
}

export interface IamContext {
  accessKey: string;
  accountId: string;
  callerId: string;
  cognitoIdentity: null;
  principalOrgId: null;
  userArn: string;
  userId: string;
}

export interface JwtContext {
  claims: Record<string, string>;
  scopes: string[] | null;
}

export interface EventParts {
  request: HttpRequest;
  accountId: string;
  apiId: string;
  stage: string;
  stageVariables: Readonly<Record<string, string>>;
  routeKey: string;
  eventPath: string;
  pathParameters: Record<string, string> | undefined;
  authorizer: AuthorizerContext | undefined;
  requestId: string;
  amazonTraceId: string;
  timeEpoch: number;
}

export function createEvent(
  parts: EventParts,
  switches: Pick<Switches, "structuredSuffixBodies" | "forwardedHeaders">,
): HttpApiEvent {
  const { request, pathParameters, stageVariables, authorizer, timeEpoch } = parts;
  const cookies = splitCookies(request.headers.get("cookie") ?? "");
  const query = parseQueryString(request.rawQueryString);
  const isText = isTextBody(request.body, request.headers, switches.structuredSuffixBodies);
  return {
    version: "2.0",
    routeKey: parts.routeKey,
    rawPath: parts.eventPath,
    rawQueryString: request.rawQueryString,
    ...(cookies.length > 0 && { cookies }),
    headers: eventHeaders(request, parts.amazonTraceId, switches.forwardedHeaders),
    ...(query.size > 0 && { queryStringParameters: alphabetical(query) }),
    requestContext: {
      accountId: parts.accountId,
      apiId: parts.apiId,
      ...(authorizer && { authorizer }),
      domainName: request.domainName,
      domainPrefix: request.domainName.split(".")[0] ?? "",
      http: {
        method: request.method,
        path: parts.eventPath,
        protocol: "HTTP/1.1",
        sourceIp: request.sourceIp,
        userAgent: request.headers.get("user-agent") ?? "",
      },
      requestId: parts.requestId,
      routeKey: parts.routeKey,
      stage: parts.stage,
      time: requestTime(timeEpoch),
      timeEpoch,
    },
    ...(pathParameters && { pathParameters }),
    ...(Object.keys(stageVariables).length > 0 && { stageVariables: { ...stageVariables } }),
    ...(request.body.length > 0 && { body: request.body.toString(isText ? "utf8" : "base64") }),
    isBase64Encoded: request.body.length > 0 && !isText,
  };
}

/** 15 characters and `=`, as in `ZhMpgigvDoEEPlg=`. */
export function createRequestId(): string {
  return `${Buffer.from(randomHex(), "hex").toString("base64url").slice(0, 15)}=`;
}

/** `17/Jun/2024:15:49:29 +0000`. */
export function requestTime(timeEpoch: number): string {
  // toUTCString is English everywhere: "Mon, 17 Jun 2024 15:49:29 GMT".
  const [, day, month, year, time] = new Date(timeEpoch).toUTCString().split(" ");
  return `${day}/${month}/${year}:${time} +0000`;
}

const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "trailers",
  "transfer-encoding",
  "upgrade",
]);

export function isHopByHop(headerName: string): boolean {
  return hopByHop.has(headerName);
}

function eventHeaders(
  request: HttpRequest,
  amazonTraceId: string,
  forwardedHeaders: Switches["forwardedHeaders"],
): Record<string, string> {
  const headers = new Map(request.headers);
  for (const name of headers.keys()) if (isHopByHop(name)) headers.delete(name);
  headers.delete("cookie");

  const isCloud = forwardedHeaders === "cloud";
  const clients = request.headers.get("x-forwarded-for");
  headers.set("content-length", String(request.body.length));
  headers.set("x-amzn-trace-id", amazonTraceId);
  headers.set("x-forwarded-for", clients ? `${clients}, ${request.sourceIp}` : request.sourceIp);
  headers.set("x-forwarded-port", isCloud ? "443" : String(request.localPort));
  headers.set("x-forwarded-proto", isCloud ? "https" : "http");
  return alphabetical(headers);
}

function splitCookies(header: string): string[] {
  return header
    .split(";")
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie !== "");
}

function alphabetical(map: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}
