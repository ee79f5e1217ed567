/** The interface to tracing. OpenTelemetry is loaded only where tracing is on. */
import type { RequestHandler } from "express";
import type { Api } from "../api.ts";
import { type Config, ConfigError } from "../config.ts";
import type { Log } from "../log.ts";

export interface Tracing {
  /** Runs the rest of a request in its server span. */
  readonly traceRequest: RequestHandler;
  /**
   * Exports ended spans. It does not fail, and gives up after a second: a response does not wait for spans.
   */
  flush(): Promise<void>;
  /** Exports the remaining spans and stops, with the same time limit. */
  close(): Promise<void>;
}

export type TracingOptions = NonNullable<Config["traces"]> & {
  readonly service: { readonly name: string; readonly version: string };
  readonly log: Log;
};

/** The kit's module that uses OpenTelemetry: `() => import("@lambda-express-api/kit/tracing")`. */
export type LoadTracing = () => Promise<{ createTracing(options: TracingOptions): Tracing }>;

/**
 * Starts to load tracing.
 *
 * @returns `undefined` if tracing is off.
 * @throws ConfigError if it is on, and the API does not say what to load.
 */
export function startTracing(
  { name, version, tracing }: Api,
  { traces }: Config,
  log: Log,
): Promise<Tracing> | undefined {
  if (!traces) return undefined;
  if (!tracing)
    throw new ConfigError([
      'Traces are on, and the API has no tracing; write in defineApi: tracing: () => import("@lambda-express-api/kit/tracing"), or set OTEL_TRACES_EXPORTER=none.',
    ]);
  return tracing().then(({ createTracing }) => createTracing({ service: { name, version }, log, ...traces }));
}
