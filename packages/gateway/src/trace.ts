// The trace of a request (W3C Trace Context, https://www.w3.org/TR/trace-context/), with the spans that the
// gateway measures. The service does not show them: they are for the inspector, and for export.

import { randomUUID } from "node:crypto";

export interface Span {
  name: "gateway" | "authorizer" | "function" | "cold start";
  spanId: string;
  /** The parent of the gateway's span: the caller's, if there is one. */
  parentSpanId: string | undefined;
  /** Milliseconds since 1970, with a fraction. */
  startTime: number;
  durationMilliseconds: number;
}

/** Version 00 in full, or what a later version begins with (sections 3.2.2 and 3.2.4). */
const traceparent =
  /^(?!ff|00.{54})[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/;

export class Trace {
  /** From `traceparent`, or else the one that the gateway starts with `x-amzn-trace-id`. */
  readonly traceId: string;
  /** Whether the caller records the trace. True for a caller without a trace. */
  readonly isSampled: boolean;
  /** The function's `x-amzn-trace-id`: new for each request, whatever the client sent. */
  readonly amazonTraceId: string;
  /** Ordered by start; the first is the gateway's. */
  readonly spans: Span[] = [];
  readonly gateway: Span;

  constructor(headers: ReadonlyMap<string, string>, receivedAt: number) {
    const seconds = Math.floor(receivedAt / 1000)
      .toString(16)
      .padStart(8, "0");
    const begun = seconds + randomHex().slice(0, 24);
    const [, traceId = begun, parentSpanId, flags = "01"] =
      traceparent.exec(headers.get("traceparent") ?? "") ?? [];
    this.traceId = traceId;
    this.isSampled = (Number.parseInt(flags, 16) & 1) === 1;
    this.amazonTraceId = rootOf(begun);
    this.gateway = this.#startBelow(parentSpanId, "gateway");
  }

  start(name: Span["name"]): Span {
    return this.#startBelow(this.gateway.spanId, name);
  }

  end(span: Span): void {
    span.durationMilliseconds = clock() - span.startTime;
  }

  /** The time that an event waited for its instance: the first part of its span. */
  addColdStart({ spanId: parentSpanId, startTime }: Span, durationMilliseconds: number): void {
    this.spans.push({
      name: "cold start",
      spanId: newSpanId(),
      parentSpanId,
      startTime,
      durationMilliseconds,
    });
  }

  /**
   * The tracing header that Lambda passes to a function for each event (Lambda developer guide, "Runtime
   * API").
   */
  lambdaHeader({ spanId }: Span, isRecorded: boolean): string {
    return `${rootOf(this.traceId)};Parent=${spanId};Sampled=${isRecorded && this.isSampled ? 1 : 0}`;
  }

  #startBelow(parentSpanId: string | undefined, name: Span["name"]): Span {
    const span = { name, spanId: newSpanId(), parentSpanId, startTime: clock(), durationMilliseconds: 0 };
    this.spans.push(span);
    return span;
  }
}

function rootOf(traceId: string): string {
  return `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;
}

function newSpanId(): string {
  return randomHex().slice(0, 16);
}

/** 32 digits. A UUID comes from a pool of entropy, which makes it much cheaper than fresh random bytes. */
export function randomHex(): string {
  return randomUUID().replaceAll("-", "");
}

/** Finer than `Date.now`, and with the same epoch in each thread. */
function clock(): number {
  return performance.timeOrigin + performance.now();
}
