// Turns the function's result into the HTTP answer (docs/behaviour.md §2.1).

import { validateHeaderName, validateHeaderValue } from "node:http";
import { isHopByHop } from "./event.ts";
import type { GatewayError } from "./gateway-error.ts";
import type { Switches } from "./switches.ts";

export interface Answer {
  statusCode: number;
  headers: [name: string, value: string][];
  body: Buffer;
}

/** The function's result is invalid: the client gets a 500, and the log this message. */
export class InvalidAnswerError extends Error {
  override readonly name = "InvalidAnswerError";
}

/**
 * `payload` is the text from the runtime: JSON, or anything at all from a custom runtime. Throws
 * InvalidAnswerError where the service answers 500.
 */
export function interpretAnswer(
  payload: string,
  nonStringHeaderValues: Switches["nonStringHeaderValues"],
): Answer {
  const returned = parseJson(payload);
  if (!isRecord(returned) || !Object.hasOwn(returned, "statusCode")) {
    const text = typeof returned === "string" ? returned : payload;
    return { statusCode: 200, headers: [["content-type", "application/json"]], body: Buffer.from(text) };
  }
  const { statusCode, headers, cookies, body, isBase64Encoded } = returned;
  if (
    typeof statusCode !== "number" ||
    !Number.isInteger(statusCode) ||
    statusCode < 200 ||
    statusCode > 599
  ) {
    throw new InvalidAnswerError(
      `statusCode is ${JSON.stringify(statusCode)}, not an integer from 200 to 599`,
    );
  }
  const answerHeaders = readHeaders(headers ?? {}, nonStringHeaderValues);
  const hasContent = statusCode !== 204 && statusCode !== 304;
  if (hasContent && !answerHeaders.has("content-type")) {
    answerHeaders.set("content-type", "text/plain; charset=utf-8");
  }
  return {
    statusCode,
    // Entries of `cookies` come before a set-cookie header.
    headers: [...readCookies(cookies ?? []), ...answerHeaders],
    body: hasContent ? readBody(body ?? "", isBase64Encoded ?? false) : Buffer.alloc(0),
  };
}

/** The gateway's own answer. */
export function errorAnswer(error: GatewayError): Answer {
  return {
    statusCode: error.statusCode,
    headers: [["content-type", "application/json"], ...Object.entries(error.headers ?? {})],
    body: Buffer.from(JSON.stringify({ message: error.message })),
  };
}

// The gateway writes these itself.
const writtenByGateway = new Set(["apigw-requestid", "date"]);

function readHeaders(
  headers: unknown,
  nonStringHeaderValues: Switches["nonStringHeaderValues"],
): Map<string, string> {
  if (!isRecord(headers)) throw new InvalidAnswerError("headers is not an object");
  const read = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    const isScalar = typeof value === "number" || typeof value === "boolean";
    const text = isScalar && nonStringHeaderValues === "stringify" ? String(value) : value;
    if (typeof text !== "string") throw new InvalidAnswerError(`the header ${name} is not a string`);
    assertHeader(name, text);
    const lowerCase = name.toLowerCase();
    if (!isHopByHop(lowerCase) && !writtenByGateway.has(lowerCase)) read.set(lowerCase, text);
  }
  return read;
}

function readCookies(cookies: unknown): [string, string][] {
  if (!Array.isArray(cookies)) throw new InvalidAnswerError("cookies is not a list");
  return cookies.map((cookie: unknown) => {
    if (typeof cookie !== "string") throw new InvalidAnswerError("cookies has an entry that is not a string");
    assertHeader("set-cookie", cookie);
    return ["set-cookie", cookie];
  });
}

function readBody(body: unknown, isBase64Encoded: unknown): Buffer {
  if (typeof body !== "string") throw new InvalidAnswerError("body is not a string");
  if (typeof isBase64Encoded !== "boolean") throw new InvalidAnswerError("isBase64Encoded is not a boolean");
  if (!isBase64Encoded) return Buffer.from(body);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(body) || body.length % 4 !== 0) {
    throw new InvalidAnswerError("body is not base64");
  }
  return Buffer.from(body, "base64");
}

function assertHeader(name: string, value: string): void {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch {
    throw new InvalidAnswerError(
      `the header ${JSON.stringify(name)} has a name or a value that HTTP does not allow`,
    );
  }
}

/** Returns `undefined` for text that is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
