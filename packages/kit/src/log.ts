/**
 * Structured logs: one JSON line per event. A few lines of code instead of a logging library, because every
 * cold start loads the log (docs/decisions/0005-logger.md).
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
 * Makes a log that passes each line, newline included, to `write`.
 *
 * Errors are reduced to name, message, code, stack and cause: other properties of an error (an HTTP client's
 * request, for example) may hold secrets and never reach a line.
 */
export function createLog(write: (line: string) => void = writeToStdout, context: LogFields = {}): Log {
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}) => {
      const entry = { level, time: new Date().toISOString(), message, ...context };
      // Set twice: first for the order, then so that no field replaces them.
      write(`${toJson({ ...entry, ...fields, ...entry })}\n`);
    };
  return {
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: (fields) => createLog(write, { ...context, ...fields }),
  };
}

/** Shorter values are likely to be ordinary words in a line. */
const SHORTEST_SECRET = 8;

/** Wraps `write` so that it writes `***` in place of each secret, anywhere in a line. */
export function withoutSecrets(
  write: (line: string) => void,
  secrets: readonly string[],
): (line: string) => void {
  const mask = maskOf(secrets);
  return (line) => write(mask(line));
}

/** Makes the function that replaces each secret in JSON with `***`. */
export function maskOf(secrets: readonly string[]): (json: string) => string {
  // As JSON writes them.
  const texts = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .map((secret) => JSON.stringify(secret).slice(1, -1));
  return (json) => texts.reduce((text, secret) => text.replaceAll(secret, "***"), json);
}

export function writeToStdout(line: string): void {
  process.stdout.write(line);
}

/** A value without a JSON form (a cycle, a bigint) must not cost the line, nor the request. */
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
  // An error's `toJSON` has already replaced it in `value`; the error itself is still in its holder.
  const error = (this as LogFields)[key];
  if (!(error instanceof Error)) return value;
  const { name, message, stack, cause } = error;
  const code = "code" in error ? error.code : undefined;
  return { name, message, code, stack: stack && sourceStack(stack), cause };
}
