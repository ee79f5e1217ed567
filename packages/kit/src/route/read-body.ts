import type { IncomingMessage } from "node:http";
import { finished } from "node:stream";
import { ApiError } from "../errors/api-error.ts";
import { hasTooManyFields, MAX_FIELDS } from "../request/fields.ts";
import { announcesBody } from "../request/request-context.ts";
import { type BodyKind, bodyKindOf, isInRange, type MediaType, mediaTypeOf } from "./media-types.ts";

export interface ReceivedBody {
  /**
   * The original bytes, empty if there is no body; `undefined` if middleware has read them and left a value.
   */
  readonly bytes: Uint8Array | undefined;
  /** The value that middleware has left. */
  readonly value?: unknown;
  /** `undefined` if there is no body. */
  readonly mediaType: string | undefined;
}

export type BodyReader = (request: IncomingMessage) => Promise<ReceivedBody>;

/**
 * Makes the function that reads a body of one of the media types `consumes`.
 *
 * A body that is too long is refused as soon as that is known, and not read any further. One without a
 * content type is refused, because the type must not be guessed.
 *
 * The function throws ApiError 001400 (broken off), 001413 or 001415.
 */
export function createBodyReader(consumes: readonly MediaType[], limitBytes: number): BodyReader {
  return async (request) => {
    const body = request.readableEnded ? bodyReadBefore(request) : await readBytes(request, limitBytes);
    const bytes = bytesOf(body);
    if (bytes?.length === 0) return { bytes, mediaType: undefined };
    const contentType = request.headers["content-type"] ?? "";
    const mediaType = mediaTypeOf(contentType);
    const isConsumed = consumes.some((range) => isInRange(mediaType, range));
    const isReadable = bodyKindOf(mediaType) === "bytes" || /^(utf-?8)?$/i.test(charsetOf(contentType));
    if (!isConsumed || !isReadable) {
      throw new ApiError("001415", {
        reason: `Send a body of one of these types, in UTF-8: ${consumes.join(", ")}`,
      });
    }
    return { bytes, value: body, mediaType };
  };
}

/**
 * Parses a body by its media type. Form fields come as strings, repeated ones as an array, files of a
 * multipart form as `File`, lines of JSON as an array, text as a string.
 *
 * @param contentType with the boundary of a multipart form.
 * @returns `undefined` if there is no body.
 * @throws ApiError 001400 or 001413
 */
export async function parseBody(
  { bytes, value, mediaType }: ReceivedBody,
  contentType = "",
): Promise<unknown> {
  if (mediaType === undefined) return undefined;
  if (!bytes)
    return typeof value === "string"
      ? parseBytes(Buffer.from(value), mediaType, contentType)
      : refuseDeeper(value);
  return parseBytes(bytes, mediaType, contentType);
}

async function parseBytes(bytes: Uint8Array, mediaType: string, contentType: string): Promise<unknown> {
  try {
    return await parse[bodyKindOf(mediaType)](bytes, contentType);
  } catch (error) {
    if (error instanceof ApiError) throw error;
    // A parser's message quotes the body, which may hold a password: it does not reach the log.
    throw new ApiError("001400", { reason: `The body is not well-formed ${mediaType}` });
  }
}

/**
 * What middleware has left: `express.raw()` the bytes, `express.text()` the text, `express.json()` the value.
 */
function bodyReadBefore(request: IncomingMessage): unknown {
  return (request as { readonly body?: unknown }).body;
}

const NO_BYTES = new Uint8Array();

/** Text that middleware has decoded cannot become the same bytes again: invalid bytes are lost. */
function bytesOf(body: unknown): Uint8Array | undefined {
  if (body === undefined || body === "") return NO_BYTES;
  return body instanceof Uint8Array ? body : undefined;
}

async function readBytes(request: IncomingMessage, limitBytes: number): Promise<Uint8Array | undefined> {
  if (!announcesBody(request)) return undefined;
  const { "content-encoding": coding = "identity", "content-length": length } = request.headers;
  if (coding.toLowerCase() !== "identity") {
    throw new ApiError("001415", { reason: "Send the body without a content encoding" });
  }
  if (Number(length ?? 0) > limitBytes) throw tooLong(limitBytes);
  const bytes = await collect(request, limitBytes);
  if (length !== undefined && bytes.length !== Number(length)) throw notAsAnnounced();
  return bytes;
}

function collect(request: IncomingMessage, limitBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    const add = (chunk: Uint8Array) => {
      length += chunk.length;
      if (length <= limitBytes) return void chunks.push(chunk);
      stop();
      request.pause();
      reject(tooLong(limitBytes));
    };
    const stopWaiting = finished(request, { writable: false }, (error) => {
      stop();
      if (error) reject(notAsAnnounced());
      else resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    });
    const stop = () => {
      stopWaiting();
      request.off("data", add);
    };
    request.on("data", add);
  });
}

/** The rest of the body may never be read, so no other request can follow on its connection. */
function tooLong(limitBytes: number): ApiError {
  return new ApiError("001413", {
    reason: `The body may have at most ${limitBytes} bytes`,
    headers: { connection: "close" },
  });
}

function notAsAnnounced(): ApiError {
  return new ApiError("001400", { reason: "The body does not match its headers" });
}

const parse: Record<BodyKind, (bytes: Uint8Array, contentType: string) => unknown> = {
  json: (bytes) => parseJson(decodeUtf8(bytes)),
  "json lines": (bytes) => parseJsonLines(decodeUtf8(bytes)),
  text: decodeUtf8,
  bytes: (bytes) => bytes,
  form: (bytes) => {
    const text = decodeUtf8(bytes);
    if (hasTooManyFields(text)) throw tooManyFields();
    return fieldsOf(new URLSearchParams(text));
  },
  // Node itself parses multipart forms: no library is needed.
  multipart: async (bytes, contentType) =>
    fieldsOf(await new Response(Buffer.from(bytes), { headers: { "content-type": contentType } }).formData()),
};

function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return text.length > MAX_JSON_DEPTH ? refuseDeeper(value) : value;
}

function parseJsonLines(text: string): unknown[] {
  const lines = [...text.split("\n").entries()].filter(([, line]) => line.trim() !== "");
  return lines.map(([index, line]) => {
    try {
      return parseJson(line);
    } catch (error) {
      if (error instanceof ApiError) throw error;
      throw new ApiError("001400", { reason: `Line ${index + 1} of the body is not well-formed JSON` });
    }
  });
}

/**
 * Schemas and JSON.stringify read such a value recursively, and would overflow the stack at a few thousand
 * levels.
 */
const MAX_JSON_DEPTH = 500;

function refuseDeeper(value: unknown): unknown {
  if (!isDeeper(value, MAX_JSON_DEPTH)) return value;
  throw new ApiError("001400", { reason: `The body has more than ${MAX_JSON_DEPTH} levels` });
}

function isDeeper(value: unknown, depth: number): boolean {
  const isNested = (inner: unknown) => typeof inner === "object" && inner !== null;
  let level: unknown[] = [value].filter(isNested);
  for (let levels = 0; level.length > 0; levels++) {
    if (levels >= depth) return true;
    level = level.flatMap((inner) => Object.values(inner as object).filter(isNested));
  }
  return false;
}

function decodeUtf8(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

function fieldsOf(form: Iterable<[string, unknown]>): Record<string, unknown> {
  const values = new Map<string, unknown[]>();
  let fields = 0;
  for (const [name, value] of form) {
    fields += 1;
    if (fields > MAX_FIELDS) throw tooManyFields();
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  }
  return Object.fromEntries([...values].map(([name, all]) => [name, all.length === 1 ? all[0] : all]));
}

function tooManyFields(): ApiError {
  return new ApiError("001413", { reason: `The body has more than ${MAX_FIELDS} fields` });
}

function charsetOf(contentType: string): string {
  return /;\s*charset="?([^";\s]*)/i.exec(contentType)?.[1] ?? "";
}
