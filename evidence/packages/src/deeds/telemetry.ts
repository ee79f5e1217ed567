import { Writable } from "node:stream";
import { row } from "../row.ts";

class OrderFailed extends Error {}

export const telemetry = {
  pino: row(
    () => import("pino"),
    async ({ default: pino, stdTimeFunctions }) => {
      const lines: string[] = [];
      const log = pino.default(
        { base: null, timestamp: false },
        { write: (line: string) => lines.push(line) },
      );
      log.child({ order: 1 }).info("placed");
      return [lines, typeof stdTimeFunctions.isoTime()];
    },
  ),
  winston: row(
    () => import("winston"),
    async ({ createLogger, format, transports }) => {
      const lines: string[] = [];
      const stream = new Writable({
        write(chunk, _encoding, done) {
          lines.push(String(chunk));
          done();
        },
      });
      const log = createLogger({ format: format.json(), transports: [new transports.Stream({ stream })] });
      log.info("placed", { order: 1 });
      await new Promise((resolve) => log.end(resolve));
      return lines;
    },
  ),
  "@sentry/node": row(
    () => import("@sentry/node"),
    async ({ init, captureException, flush, close }, { http }) => {
      const types: unknown[] = [];
      init({
        dsn: `http://key@127.0.0.1:${http}/1`,
        defaultIntegrations: false,
        beforeSend(event) {
          types.push(event.exception?.values?.[0]?.type);
          return event;
        },
      });
      captureException(new OrderFailed("no stock"));
      const isSent = await flush(2000);
      await close();
      return [isSent, types, new OrderFailed("x").constructor.name];
    },
  ),
  "@opentelemetry/api": row(
    () => import("@opentelemetry/api"),
    async ({ propagation, trace, SpanKind }) => {
      const baggage = propagation.createBaggage({ tenant: { value: "1" } });
      return [baggage.getEntry("tenant")?.value, typeof trace.getTracer("orders").startSpan, SpanKind[1]];
    },
  ),
  "@opentelemetry/sdk-trace-base": row(
    () => import("@opentelemetry/sdk-trace-base"),
    async ({ BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor }) => {
      const exporter = new InMemorySpanExporter();
      const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
      provider.getTracer("orders").startSpan("place").end();
      await provider.forceFlush();
      return exporter.getFinishedSpans().map(({ name }) => name);
    },
  ),
  debug: row(
    () => import("debug"),
    async ({ default: createDebug }) => {
      const lines: string[] = [];
      const before = createDebug.log;
      createDebug.log = (...parts: unknown[]) => lines.push(parts.map(String).join(" "));
      createDebug.enable("orders:*");
      createDebug("orders:place")("placed %d", 1);
      const states = [
        createDebug.enabled("orders:place"),
        createDebug.enabled("users"),
        createDebug.debug === createDebug,
      ];
      createDebug.disable();
      createDebug.log = before;
      return [lines.length, lines[0]?.includes("placed 1"), states, createDebug.default === createDebug];
    },
  ),
};
