/**
 * Exports spans that were measured elsewhere: the local gateway's, whose process runs no request of the API.
 */
import { type Attributes, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { exporterOf, startSending } from "./open-telemetry.ts";
import type { TracingOptions } from "./tracing.ts";

export interface MeasuredSpan {
  readonly name: string;
  readonly kind: keyof typeof SpanKind;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  /** Milliseconds since 1970, with a fraction. */
  readonly startTime: number;
  readonly durationMilliseconds: number;
  readonly attributes: Attributes;
  readonly hasFailed: boolean;
}

/** Where spans go. */
export interface MeasuredSpans {
  /** Never rejects, and gives up after a second. */
  send(spans: readonly MeasuredSpan[]): Promise<void>;
}

/**
 * Makes the function that exports them with their own ids.
 *
 * @param exporter replaces the configured one, for tests.
 */
export function sendMeasuredSpans(options: TracingOptions, exporter = exporterOf(options)): MeasuredSpans {
  let given = { traceId: "", spanId: "" };
  const { provider, flush } = startSending(options, exporter, {
    generateTraceId: () => given.traceId,
    generateSpanId: () => given.spanId,
  });
  const tracer = provider.getTracer("@lambda-express-api/gateway");

  return {
    send(spans) {
      for (const span of spans) {
        const { name, kind, traceId, parentSpanId, attributes, startTime } = span;
        given = span;
        const parent = parentSpanId
          ? trace.setSpanContext(ROOT_CONTEXT, {
              traceId,
              spanId: parentSpanId,
              traceFlags: 1,
              isRemote: true,
            })
          : ROOT_CONTEXT;
        const sent = tracer.startSpan(name, { kind: SpanKind[kind], attributes, startTime }, parent);
        if (span.hasFailed) sent.setStatus({ code: SpanStatusCode.ERROR });
        sent.end(startTime + span.durationMilliseconds);
      }
      return flush();
    },
  };
}
