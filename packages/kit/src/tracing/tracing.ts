/** What traces the requests, where tracing is on. Only then is anything of OpenTelemetry loaded. */
import type { RequestHandler } from "express";
import type { Api } from "../api.ts";
import { type Config, ConfigError } from "../config.ts";
import type { Log } from "../log.ts";

export interface Tracing {
  /** Runs the rest of a request in its server span. */
  readonly traceRequest: RequestHandler;
  /** Sends what has ended. It does not fail, and gives up after a second: spans are not worth an answer. */
  flush(): Promise<void>;
  /** Sends what is left, and ends. As short as `flush`. */
  close(): Promise<void>;
}

export type TracingOptions = NonNullable<Config["traces"]> & {
  readonly service: { readonly name: string; readonly version: string };
  readonly log: Log;
};

/** The module of the kit's that knows OpenTelemetry: `() => import("@lambda-express-api/kit/tracing")`. */
export type LoadTracing = () => Promise<{ createTracing(options: TracingOptions): Tracing }>;

/**
 * Begins to load what traces requests.
 *
 * @returns `undefined` where tracing is off.
 * @throws ConfigError when it is on, and the API does not say what to load.
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
