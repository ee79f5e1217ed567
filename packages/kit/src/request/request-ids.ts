/** The ids by which the lines about a request are found, in whichever log they are. */
import type { IncomingHttpHeaders } from "node:http";

/** What every line about a request has. */
export interface RequestIds {
  /** The gateway's; without a gateway a new one. It is in every answer, and in the body of every error. */
  readonly requestId: string;
  /** Lambda's, which the lines that Lambda itself writes have: START, END and REPORT. */
  readonly lambdaRequestId: string | undefined;
  readonly traceId: string;
  /** What the caller calls the request in its own log, by its `x-request-id`. */
  readonly clientRequestId: string | undefined;
}

/** Puts them together. */
export function requestIds(
  { requestId, lambdaRequestId }: Pick<RequestIds, "requestId" | "lambdaRequestId">,
  headers: IncomingHttpHeaders,
  { traceId }: Pick<TraceContext, "traceId">,
): RequestIds {
  const clientRequestId = clientRequestIdOf(headers);
  // serverless-http gives the request the gateway's id as if the caller had sent it.
  const isOurs = clientRequestId === requestId;
  return { requestId, lambdaRequestId, traceId, clientRequestId: isOurs ? undefined : clientRequestId };
}

/** Long enough to be unique, short and plain enough for a log line. */
const WELL_FORMED_ID = /^[A-Za-z0-9][A-Za-z0-9._:+/=-]{7,127}$/;

/** A caller's `x-request-id`, where it is fit to stand in a log. It is never the request's own id: a caller could choose another's. */
export function clientRequestIdOf(headers: IncomingHttpHeaders): string | undefined {
  const id = headers["x-request-id"];
  return typeof id === "string" && WELL_FORMED_ID.test(id) ? id : undefined;
}

/** Version 00 in full, or what a later version begins with (sections 3.2.2 and 3.2.4). */
const TRACEPARENT =
  /^(?!ff|00.{54})[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-|$)/;
/** `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1` (AWS X-Ray, "Tracing header"). */
const ROOT = /(?:^|;)\s*Root=1-([0-9a-f]{8})-([0-9a-f]{24})(?:;|$)/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Recorded by this service: the flag that a caller without a trace of its own would have set. */
const SAMPLED = "01";

/**
 * The trace that a request belongs to, by W3C Trace Context (https://www.w3.org/TR/trace-context/) or else by the header that
 * AWS adds to each request. It is worked out on demand: most requests write no line and call no other service.
 */
export class TraceContext {
  /** 32 digits, the same in every service that the trace passes through. */
  readonly traceId: string;
  /** The caller's own span, where the caller has one. */
  readonly parentSpanId: string | undefined;
  /** 16 digits: this request's part of the trace, to which what it calls belongs. */
  spanId: string = randomHex(16);
  /** Two digits; the last bit says whether the caller records the trace. */
  readonly flags: string;
  readonly #state: string | undefined;

  /**
   * @param headers of the request.
   * @param id the request's own: a UUID is a trace id too, so that a trace that begins here is found by it.
   */
  constructor(headers: IncomingHttpHeaders, id: string) {
    const [, traceId, parentSpanId, flags = SAMPLED] = TRACEPARENT.exec(textOf(headers.traceparent)) ?? [];
    this.traceId = traceId ?? rootOf(textOf(headers["x-amzn-trace-id"])) ?? traceIdOf(id);
    this.parentSpanId = parentSpanId;
    this.flags = flags;
    // Of no use without the header that it belongs to (section 4.2).
    this.#state = traceId === undefined ? undefined : textOf(headers.tracestate) || undefined;
  }

  /** What a request to another service takes along, so that it belongs to the same trace. */
  get headers(): Readonly<Record<string, string>> {
    const traceparent = `00-${this.traceId}-${this.spanId}-${this.flags}`;
    return this.#state === undefined ? { traceparent } : { traceparent, tracestate: this.#state };
  }
}

/** A header that was sent twice is ignored. */
function textOf(header: string | readonly string[] | undefined): string {
  return typeof header === "string" ? header : "";
}

function rootOf(header: string): string | undefined {
  const [, time, rest] = ROOT.exec(header) ?? [];
  return time && rest && time + rest;
}

function traceIdOf(id: string): string {
  return UUID.test(id) ? id.replaceAll("-", "") : randomHex(32);
}

/** Not `crypto`, which costs a cold start more than all else here: an id has to be unique, not secret. */
function randomHex(digits: number): string {
  let text = "";
  while (text.length < digits)
    text += Math.floor(Math.random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, "0");
  return text;
}
