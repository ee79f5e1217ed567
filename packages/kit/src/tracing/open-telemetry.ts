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
import { BatchSpanProcessor, RandomIdGenerator, TracerProvider } from "@opentelemetry/sdk-trace";
import type { Request, Response } from "express";
import { ApiError } from "../errors/api-error.ts";
import type { Log } from "../log.ts";
import { type RequestContext, requestContext } from "../request/request-context.ts";
import { traceOutgoingCalls } from "./outgoing-calls.ts";
import type { Tracing, TracingOptions } from "./tracing.ts";

const FLUSH_MILLISECONDS = 1_000;
/** The parent in AWS's header, if a service with X-Ray has sent the request. */
const AMAZON_PARENT = /Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=([0-9a-f]{16})(?:;Sampled=([01]))?/;

/**
 * Starts tracing for a process. It also registers OpenTelemetry's global provider: the owner's spans
 * (`trace.getTracer("orders").startActiveSpan(...)`) belong to the request.
 *
 * @param exporter replaces the configured one, for tests.
 */
export function createTracing(options: TracingOptions, exporter = exporterOf(options)): Tracing {
  const { service, log } = options;
  // A trace that begins here has the id in the log lines, and its span the id that `input.fetch` sends.
  let given: RequestContext["trace"] | undefined;
  const random = new RandomIdGenerator();
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": service.name, "service.version": service.version }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
    idGenerator: {
      generateTraceId: () => given?.traceId ?? random.generateTraceId(),
      generateSpanId: () => given?.spanId ?? random.generateSpanId(),
    },
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  const tracer = provider.getTracer("@lambda-express-api/kit");
  const stopCalls = traceOutgoingCalls(tracer);
  const tell = (error: unknown) => log.warn("spans are not sent", { error: [error].flat()[0] });

  return {
    traceRequest(request, response, next) {
      const known = requestContext(request);
      const parent = parentOf(request, known.trace);
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
      // An answer that breaks off emits no other end.
      response.on("close", end);
      context.with(active, () => next());
    },
    flush: () => provider.forceFlush({ timeoutMillis: FLUSH_MILLISECONDS }).catch(tell),
    async close() {
      stopCalls();
      await this.flush();
      trace.disable();
      context.disable();
      // Shutting down may wait for the collector, but the container does not wait.
      provider.shutdown().catch(tell);
    },
  };
}

function exporterOf({ exporter, endpoint, headers, log }: TracingOptions): SpanExporter {
  if (exporter === "console") return lineExporter(log);
  const url = endpoint && `${endpoint}/v1/traces`;
  return new OTLPTraceExporter({ headers: { ...headers }, ...(url && { url }) });
}

/** Writes each span as a log line. */
function lineExporter(log: Log): SpanExporter {
  return {
    export(spans, done) {
      for (const span of spans) {
        const { name, kind, attributes, duration, parentSpanContext } = span;
        const { traceId, spanId } = span.spanContext();
        const ids = { traceId, spanId, parentSpanId: parentSpanContext?.spanId };
        const milliseconds = duration[0] * 1e3 + duration[1] / 1e6;
        log.info("span", { ...ids, name, kind: SpanKind[kind], milliseconds, attributes });
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

/** The caller's span, if there is one. */
function parentOf({ headers }: Request, { traceId, parentSpanId, flags }: RequestContext["trace"]): Context {
  const [, amazonParent, amazonFlags = "1"] = AMAZON_PARENT.exec(String(headers["x-amzn-trace-id"])) ?? [];
  const spanId = parentSpanId ?? amazonParent;
  if (!spanId) return ROOT_CONTEXT;
  const traceFlags = Number.parseInt(parentSpanId ? flags : amazonFlags, 16) & 1;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
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
