/**
 * Structured logs: one JSON line an event. A hand of lines instead of a logging library, because the log is on the
 * path of every cold start (docs/decisions/0005-logger.md).
 */

import { sourceStack } from "./source-stack.ts";

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
    (message: string, fields: LogFields = {}) => {
      const entry = { level, time: new Date().toISOString(), message, ...context };
      // Twice: first for the order, then because no field may pass for one of these.
      write(`${toJson({ ...entry, ...fields, ...entry })}\n`);
    };
  return {
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: (fields) => createLog(write, { ...context, ...fields }),
  };
}

/** Shorter values are words that a line may have for other reasons. */
const SHORTEST_SECRET = 8;

/** Makes of `write` one that writes `***` in the place of each secret, wherever in a line it stands. */
export function withoutSecrets(
  write: (line: string) => void,
  secrets: readonly string[],
): (line: string) => void {
  // As they stand in JSON.
  const texts = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .map((secret) => JSON.stringify(secret).slice(1, -1));
  return (line) => write(texts.reduce((text, secret) => text.replaceAll(secret, "***"), line));
}

export function writeToStdout(line: string): void {
  process.stdout.write(line);
}

/** What cannot be JSON (a cycle, a bigint) must not cost the line, nor the request that is about to be answered. */
function toJson(entry: LogFields): string {
  try {
    return JSON.stringify(entry, reduceErrors);
  } catch (fault) {
    const plain = Object.entries(entry)
      .map(([name, value]) => [name, value instanceof Error ? value.stack : value])
      .filter(([, value]) => typeof value === "string" || typeof value === "number");
    return JSON.stringify({ ...Object.fromEntries(plain), unwritable: String(fault) });
  }
}

function reduceErrors(this: unknown, key: string, value: unknown): unknown {
  // An error with a `toJSON` has told all it knows already; the error itself is still where it was.
  const error = (this as LogFields)[key];
  if (!(error instanceof Error)) return value;
  const { name, message, stack, cause } = error;
  const code = "code" in error ? error.code : undefined;
  return { name, message, code, stack: stack && sourceStack(stack), cause };
}
