/** The ids by which a request's lines are found in every log. */
import type { IncomingHttpHeaders } from "node:http";

/** The fields of every line about a request. */
export interface RequestIds {
  /** The gateway's, or a new one without a gateway. It is in every response, and in the body of every error. */
  readonly requestId: string;
  /** Lambda's, as in the lines that Lambda itself writes: START, END and REPORT. */
  readonly lambdaRequestId: string | undefined;
  readonly traceId: string;
  /** The caller's own id for the request, from `x-request-id`. */
  readonly clientRequestId: string | undefined;
}

export function requestIds(
  { requestId, lambdaRequestId }: Pick<RequestIds, "requestId" | "lambdaRequestId">,
  headers: IncomingHttpHeaders,
  { traceId }: Pick<TraceContext, "traceId">,
): RequestIds {
  const clientRequestId = clientRequestIdOf(headers);
  // serverless-http adds the gateway's id as if the caller had sent it.
  const isOurs = clientRequestId === requestId;
  return { requestId, lambdaRequestId, traceId, clientRequestId: isOurs ? undefined : clientRequestId };
}

/** Long enough to be unique, short and plain enough for a log line. */
const WELL_FORMED_ID = /^[A-Za-z0-9][A-Za-z0-9._:+/=-]{7,127}$/;

/**
 * A caller's `x-request-id`, if it is fit for a log. It is never the request's own id: a caller could choose
 * another caller's.
 */
export function clientRequestIdOf(headers: IncomingHttpHeaders): string | undefined {
  const id = headers["x-request-id"];
  return typeof id === "string" && WELL_FORMED_ID.test(id) ? id : undefined;
}

/** Version 00 in full, or the beginning of a later version (sections 3.2.2 and 3.2.4). */
const TRACEPARENT =
  /^(?!ff|00.{54})[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-|$)/;
/** `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1` (AWS X-Ray, "Tracing header"). */
const ROOT = /(?:^|;)\s*Root=1-([0-9a-f]{8})-([0-9a-f]{24})(?:;|$)/;
const UUID = /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/;

/** Recorded by this service: the flag for a trace that starts here. */
const SAMPLED = "01";

/**
 * The request's trace, from W3C Trace Context (https://www.w3.org/TR/trace-context/) or else from the header
 * that AWS adds to each request. It is parsed on demand: most requests write no line and call no other
 * service.
 */
export class TraceContext {
  /** 32 digits, the same in every service that the trace passes through. */
  readonly traceId: string;
  /** The caller's own span, if there is one. */
  readonly parentSpanId: string | undefined;
  /** Two digits; the last bit says whether the caller records the trace. */
  readonly flags: string;
  readonly #state: string | undefined;
  #spanId: string | undefined = undefined;

  /**
   * @param headers of the request.
   * @param id the request's own: a UUID is also a valid trace id, so a trace that begins here has the
   *   request's id.
   */
  constructor(headers: IncomingHttpHeaders, id: string) {
    const [, traceId, parentSpanId, flags] = TRACEPARENT.exec(textOf(headers.traceparent)) ?? [];
    this.traceId = traceId ?? rootOf(textOf(headers["x-amzn-trace-id"])) ?? traceIdOf(id);
    this.parentSpanId = parentSpanId;
    this.flags = flags === undefined ? SAMPLED : knownFlags(flags);
    // Meaningless without the header that it belongs to (section 4.2).
    this.#state = traceId === undefined ? undefined : textOf(headers.tracestate) || undefined;
  }

  /** 16 digits: this request's span, the parent of its outgoing calls. */
  get spanId(): string {
    this.#spanId ??= randomHex(16);
    return this.#spanId;
  }

  /** The headers that make a request to another service part of the same trace. */
  get headers(): Readonly<Record<string, string>> {
    const traceparent = `00-${this.traceId}-${this.spanId}-${this.flags}`;
    return this.#state === undefined ? { traceparent } : { traceparent, tracestate: this.#state };
  }
}

/** Sampled and random: other flags must not be passed on (Trace Context, section 3.2.2.5; level 2, section 3.2.2.5). */
function knownFlags(flags: string): string {
  return (Number.parseInt(flags, 16) & 0b11).toString(16).padStart(2, "0");
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
  const [, a, b, c, d, e] = UUID.exec(id) ?? [];
  return a && b && c && d && e ? a + b + c + d + e : randomHex(32);
}

/** Not `crypto`, whose import is the slowest part of a cold start here: an id must be unique, not secret. */
function randomHex(digits: number): string {
  let text = "";
  while (text.length < digits)
    text += Math.floor(Math.random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, "0");
  return text;
}
