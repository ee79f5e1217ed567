/**
 * Traces requests with OpenTelemetry: a server span for each, with a child span for each stage of the request
 * and each outgoing call. The names follow the semantic conventions for HTTP
 * (https://opentelemetry.io/docs/specs/semconv/http/http-spans/).
 */
import type { Context, Span } from "@opentelemetry/api";
import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import {
  BatchSpanProcessor,
  type IdGenerator,
  RandomIdGenerator,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { Request, Response } from "express";
import { ApiError } from "../errors/api-error.ts";
import type { Log } from "../log.ts";
import { type RequestContext, requestContext } from "../request/request-context.ts";
import { traceOutgoingCalls } from "./outgoing-calls.ts";
import type { Tracing, TracingOptions } from "./tracing.ts";

const FLUSH_MILLISECONDS = 1_000;
/** AWS's tracing header, with the span that sent it (AWS X-Ray developer guide, "Tracing header"). */
const AMAZON_PARENT = /Root=1-([0-9a-f]{8})-([0-9a-f]{24});Parent=([0-9a-f]{16})(?:;Sampled=([01]))?/;

/**
 * Starts tracing for a process. It also registers OpenTelemetry's global provider: the owner's spans
 * (`trace.getTracer("orders").startActiveSpan(...)`) belong to the request.
 *
 * @param exporter replaces the configured one, for tests.
 */
export function createTracing(options: TracingOptions, exporter = exporterOf(options)): Tracing {
  // A trace that begins here has the id in the log lines, and its span the id that `input.fetch` sends.
  let given: RequestContext["trace"] | undefined;
  const random = new RandomIdGenerator();
  const { provider, flush, shutdown } = startSending(options, exporter, {
    generateTraceId: () => given?.traceId ?? random.generateTraceId(),
    generateSpanId: () => given?.spanId ?? random.generateSpanId(),
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  const tracer = provider.getTracer("@lambda-express-api/kit");
  const stopCalls = traceOutgoingCalls(tracer);

  return {
    traceRequest(request, response, next) {
      const known = requestContext(request);
      const parent = parentOf(request, known);
      const attributes = attributesOf(request, known);
      given = known.trace;
      const span = tracer.startSpan(request.method, { kind: SpanKind.SERVER, attributes }, parent);
      given = undefined;
      const active = trace.setSpan(ROOT_CONTEXT, span);
      known.inSpan = async (name, work) => {
        const part = tracer.startSpan(name, {}, active);
        try {
          return await context.with(trace.setSpan(active, part), work);
        } catch (error) {
          // Its message may be secret. A caller's mistake is not a failure of the service.
          part.setAttribute("error.type", error instanceof ApiError ? error.code : (error as Error)?.name);
          if (!(error instanceof ApiError)) part.setStatus({ code: SpanStatusCode.ERROR });
          throw error;
        } finally {
          part.end();
        }
      };
      const end = () => span.isRecording() && endServerSpan(span, request.method, response, known);
      response.on("finish", end);
      // A response that breaks off emits no other end.
      response.on("close", end);
      context.with(active, () => next());
    },
    flush,
    async close() {
      stopCalls();
      await flush();
      trace.disable();
      context.disable();
      shutdown();
    },
  };
}

/** Makes the exporter of a process's spans, with ids of your choice. */
export function startSending(
  { service, log }: Pick<TracingOptions, "service" | "log">,
  exporter: SpanExporter,
  idGenerator: IdGenerator,
): { readonly provider: TracerProvider; flush(): Promise<void>; shutdown(): void } {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": service.name, "service.version": service.version }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
    idGenerator,
  });
  const tell = (error: unknown) => log.warn("spans are not sent", { error: [error].flat()[0] });
  return {
    provider,
    flush: () => provider.forceFlush({ timeoutMillis: FLUSH_MILLISECONDS }).catch(tell),
    // Shutting down may wait for the collector, but the process does not wait.
    shutdown: () => void provider.shutdown().catch(tell),
  };
}

/** The configured exporter. */
export function exporterOf({ exporter, endpoint, headers, log }: TracingOptions): SpanExporter {
  if (exporter === "console") return lineExporter(log);
  const url = endpoint && `${endpoint}/v1/traces`;
  return new OTLPTraceExporter({ headers: { ...headers }, ...(url && { url }) });
}

/** Writes each span as a log line. */
function lineExporter(log: Log): SpanExporter {
  return {
    export(spans, done) {
      for (const span of spans) {
        const { name, kind, attributes, startTime, duration, parentSpanContext } = span;
        const { traceId, spanId } = span.spanContext();
        const ids = { traceId, spanId, parentSpanId: parentSpanContext?.spanId };
        const milliseconds = duration[0] * 1e3 + duration[1] / 1e6;
        // As in OTLP's JSON: too long for a number.
        const startTimeUnixNano = `${startTime[0]}${String(startTime[1]).padStart(9, "0")}`;
        log.info("span", {
          ...ids,
          ...{ name, kind: SpanKind[kind], startTimeUnixNano, milliseconds, attributes },
        });
      }
      done({ code: 0 });
    },
    shutdown: async () => {},
  };
}

function attributesOf(request: Request, { received: { origin, basePath, lambdaRequestId } }: RequestContext) {
  const url = URL.parse(origin);
  return {
    "http.request.method": request.method,
    "url.path": basePath + request.path,
    "url.scheme": url?.protocol.slice(0, -1),
    "server.address": url?.hostname,
    "faas.invocation_id": lambdaRequestId,
  };
}

/** Lambda's span if Lambda traces, because it is nearer; otherwise the caller's, if there is one. */
function parentOf(
  { headers }: Request,
  { received: { lambdaRequestId }, trace: known }: RequestContext,
): Context {
  const ofLambda = lambdaRequestId && amazonParent(process.env._X_AMZN_TRACE_ID);
  const ofCaller = known.parentSpanId
    ? { spanId: known.parentSpanId, flags: known.flags }
    : amazonParent(headers["x-amzn-trace-id"]);
  const parent =
    ofLambda && ofLambda.traceId === known.traceId && ofLambda.flags === "1" ? ofLambda : ofCaller;
  if (!parent) return ROOT_CONTEXT;
  const { traceId } = known;
  const traceFlags = Number.parseInt(parent.flags, 16) & 1;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: parent.spanId, traceFlags, isRemote: true });
}

function amazonParent(header: unknown) {
  const [, time = "", rest = "", spanId, flags = "1"] = AMAZON_PARENT.exec(String(header)) ?? [];
  return spanId === undefined ? undefined : { traceId: time + rest, spanId, flags };
}

function endServerSpan(span: Span, method: string, response: Response, known: RequestContext): void {
  const { routeKey, error, answeredAt } = known;
  const route = routeKey?.slice(routeKey.indexOf(" ") + 1);
  if (route) span.setAttribute("http.route", route).updateName(`${method} ${route}`);
  const isAnswered = response.writableFinished || answeredAt !== undefined;
  if (isAnswered) span.setAttribute("http.response.status_code", response.statusCode);
  if (!isAnswered || response.statusCode >= 500) {
    span.setAttribute("error.type", error?.code ?? (isAnswered ? String(response.statusCode) : "aborted"));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}
