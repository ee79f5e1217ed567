// One exchange as the inspector keeps and shows it: without secrets and long bodies.

import { isUtf8 } from "node:buffer";
import { type HttpApiEvent, isHopByHop } from "../event.ts";
import type { AnsweredExchange } from "../exchange.ts";
import { decodePercent } from "../path.ts";
import { maskCookie, maskDeep, maskHeader, maskParameter, maskText } from "./masking.ts";
import { type WaterfallRow, waterfallOf } from "./waterfall.ts";

export interface InspectedRequest {
  requestId: string;
  traceId: string;
  /** The `x-request-id` that the client has sent. */
  clientRequestId?: string;
  time: string;
  method: string;
  /** As the client sent it, with the query. */
  path: string;
  status: number;
  durationMilliseconds: number;
  stage?: string;
  routeKey?: string;
  authorizer: { verdict: "none" | "allowed" | "refused"; reason: string };
  function: {
    start: "cold" | "warm" | "throttled" | "not reached" | "no answer";
    durationMilliseconds?: number;
    requestId?: string;
  };
  /** Why the gateway answered instead of the function. */
  error?: string;
  /** The function's event; its body is `eventBody`, decoded. */
  event?: Omit<HttpApiEvent, "body">;
  eventBody?: string;
  answer: { statusCode: number; headers: [string, string][]; body: string };
  /** The lines of the function's log, and the access-log line. */
  log: string[];
  waterfall: WaterfallRow[];
  /** The same request as a command. */
  curl: string;
}

const shownCharacters = 16_384;

export function inspectRequest(exchange: AnsweredExchange): InspectedRequest {
  const { request, answer, stage, route, event, error, integrationError } = exchange;
  const identitySource = identitySourceOf(exchange);
  const query =
    request.rawQueryString === "" ? "" : `?${maskQuery(clip(request.rawQueryString), identitySource)}`;
  const clientRequestId = request.headers.get("x-request-id");
  const why = integrationError ?? error?.message;
  return {
    requestId: exchange.requestId,
    traceId: exchange.trace.traceId,
    ...(clientRequestId && { clientRequestId: maskText(clip(clientRequestId)) }),
    time: new Date(exchange.receivedAt).toISOString(),
    method: request.method,
    path: maskText(clip(request.path)) + query,
    status: answer.statusCode,
    durationMilliseconds: exchange.durationMilliseconds,
    ...(stage && { stage: stage.stageName }),
    ...(route && { routeKey: route.routeKey }),
    authorizer: describeVerdict(exchange),
    function: describeFunction(exchange),
    ...(why && { error: maskText(why) }),
    ...(event && { event: maskEvent(event, identitySource) }),
    ...(event?.body && { eventBody: showBytes(request.body) }),
    answer: {
      statusCode: answer.statusCode,
      headers: answer.headers.map(([name, value]) => [name, maskHeader(name, clip(value))]),
      body: showBytes(answer.body),
    },
    log: [...(exchange.invocation?.lines ?? []), exchange.accessLogLine ?? ""]
      .filter((line) => line !== "")
      .map((line) => maskText(clip(line))),
    waterfall: waterfallOf(exchange),
    curl: curlOf(exchange, identitySource),
  };
}

/** Headers that curl or the gateway writes itself. */
const writtenByCurl = /^(accept|content-length|expect|host|user-agent)$/;

function curlOf({ request }: AnsweredExchange, identitySource: string): string {
  const { method, path, rawQueryString, headers, domainName, localPort, body } = request;
  const query = rawQueryString === "" ? "" : `?${maskQuery(clip(rawQueryString), identitySource)}`;
  const url = `http://${headers.get("host") ?? `${domainName}:${localPort}`}${maskText(clip(path))}${query}`;
  const sent = [...headers].filter(([name]) => !writtenByCurl.test(name) && !isHopByHop(name));
  return [
    `curl -i -X ${method} ${quoted(url)}`,
    ...sent.map(([name, value]) => {
      // A token is hidden; a shell variable often has it.
      if (name === "authorization") return '-H "authorization: Bearer $TOKEN"';
      const masked =
        name === "cookie" ? value.split("; ").map(maskCookie).join("; ") : maskHeader(name, clip(value));
      return `-H ${quoted(`${name}: ${name === identitySource ? "***" : masked}`)}`;
    }),
    ...(body.length > 0 ? [`--data-raw ${quoted(showBytes(body))}`] : []),
  ].join(" ");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function describeVerdict({ route, verdict }: AnsweredExchange): InspectedRequest["authorizer"] {
  if (!verdict) return { verdict: "none", reason: route ? "the route is open" : "no route" };
  if (!verdict.allowed) return { verdict: "refused", reason: verdict.reason };
  if (verdict.iam) return { verdict: "allowed", reason: `AWS IAM: ${verdict.iam.userArn}` };
  return { verdict: "allowed", reason: `${route?.authorizerId}: ${verdict.jwt.claims.sub ?? "no subject"}` };
}

function describeFunction({ event, invocation }: AnsweredExchange): InspectedRequest["function"] {
  if (!invocation) return { start: event ? "no answer" : "not reached" };
  const { isColdStart, durationMilliseconds, requestId } = invocation;
  if (invocation.outcome === "throttled") return { start: "throttled", requestId };
  return { start: isColdStart ? "cold" : "warm", durationMilliseconds, requestId };
}

/** The name of the header or parameter with the token, if it is not the usual one. */
function identitySourceOf({ api, route }: AnsweredExchange): string {
  const source = api?.authorizers?.[route?.authorizerId ?? ""]?.identitySource ?? "";
  return source.slice(source.lastIndexOf(".") + 1).toLowerCase();
}

function maskEvent({ body, ...event }: HttpApiEvent, identitySource: string): Omit<HttpApiEvent, "body"> {
  const { cookies, headers, queryStringParameters, rawQueryString } = event;
  const unlessToken = (maskValue: typeof maskHeader) => (name: string, value: string) =>
    name.toLowerCase() === identitySource ? "***" : maskValue(name, value);
  return {
    ...maskDeep(event),
    rawQueryString: maskQuery(rawQueryString, identitySource),
    ...(cookies && { cookies: cookies.map(maskCookie) }),
    headers: mapValues(headers, unlessToken(maskHeader)),
    ...(queryStringParameters && {
      queryStringParameters: mapValues(queryStringParameters, unlessToken(maskParameter)),
    }),
  };
}

function maskQuery(rawQueryString: string, identitySource: string): string {
  const pairs = rawQueryString.split("&").map((pair) => {
    const [name = "", ...value] = pair.split("=");
    const decoded = decodePercent(name);
    const isToken = decoded.toLowerCase() === identitySource && name !== "";
    return value.length === 0
      ? maskText(name)
      : `${name}=${isToken ? "***" : maskParameter(decoded, value.join("="))}`;
  });
  return pairs.join("&");
}

function mapValues(
  record: Readonly<Record<string, string>>,
  change: (name: string, value: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(name, value)]));
}

function showBytes(bytes: Buffer): string {
  if (!isUtf8(bytes)) return `(${bytes.length} bytes that are not text)`;
  const text = bytes.toString();
  const hidden = text.length - shownCharacters;
  return maskText(clip(text)) + (hidden > 0 ? `\n(${hidden} more characters)` : "");
}

function clip(text: string): string {
  return text.slice(0, shownCharacters);
}
