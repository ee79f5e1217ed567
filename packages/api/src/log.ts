/**
 * Structured logs: one JSON line an event. A hand of lines instead of a logging library, because the log is on the
 * path of every cold start (docs/decisions/0005-logger.md).
 */

export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A log that adds `fields` to each of its lines. */
  with(fields: LogFields): Log;
}

/**
 * Makes a log that hands each line, newline included, to `write`.
 *
 * Errors are reduced to name, message, code, stack and cause: other properties of an error (an HTTP client's request,
 * say) may hold secrets and never reach a line.
 */
export function createLog(write: (line: string) => void = writeToStdout, context: LogFields = {}): Log {
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}) =>
      write(
        `${JSON.stringify({ level, time: new Date().toISOString(), message, ...context, ...fields }, reduceErrors)}\n`,
      );
  return {
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: (fields) => createLog(write, { ...context, ...fields }),
  };
}

function writeToStdout(line: string): void {
  process.stdout.write(line);
}

function reduceErrors(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const { name, message, stack, cause } = value;
  const code = "code" in value ? value.code : undefined;
  return { name, message, code, stack, cause };
}
