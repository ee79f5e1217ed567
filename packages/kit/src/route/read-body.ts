import type { IncomingMessage, ServerResponse } from "node:http";
import express from "express";
import { ApiError } from "../errors/api-error.ts";
import { hasTooManyFields, MAX_FIELDS } from "../request/fields.ts";
import type { MediaType } from "./define-route.ts";

export type BodyReader = (request: IncomingMessage, response: ServerResponse) => Promise<unknown>;

/**
 * Makes the function that reads a body of one of the media types `consumes`.
 *
 * Reading and the limit are Express's own; a body without a content type is refused rather than guessed at. Form
 * fields come as strings, repeated ones as an array, files of a multipart form as `File`.
 *
 * The function gives `undefined` for a request without a body. It throws ApiError 001400 (malformed), 001413 or 001415.
 */
export function createBodyReader(consumes: readonly MediaType[], limitBytes: number): BodyReader {
  const readBytes = express.raw({ type: () => true, limit: limitBytes, inflate: false });

  return async (request, response) => {
    const bytes = await new Promise<Uint8Array>((resolve, reject) =>
      readBytes(request as express.Request, response as express.Response, (error?: unknown) =>
        error ? reject(readingError(error, limitBytes)) : resolve((request as express.Request).body),
      ),
    );
    if (!bytes?.length) return undefined;
    const contentType = request.headers["content-type"] ?? "";
    const mediaType = consumes.find((type) => type === contentType.split(";")[0]?.trim().toLowerCase());
    if (!mediaType || !/^(utf-?8)?$/i.test(charsetOf(contentType))) {
      throw new ApiError("001415", {
        reason: `Send a body of one of these types, in UTF-8: ${consumes.join(", ")}`,
      });
    }
    try {
      return await parse[mediaType](bytes, contentType);
    } catch (error) {
      if (error instanceof ApiError) throw error;
      // What a parser says quotes the body, and a body may hold a password: it does not reach the log.
      throw new ApiError("001400", { reason: `The body is not well-formed ${mediaType}` });
    }
  };
}

const parse: Record<MediaType, (bytes: Uint8Array, contentType: string) => unknown> = {
  "application/json": (bytes) => JSON.parse(decodeUtf8(bytes)),
  "application/x-www-form-urlencoded": (bytes) => {
    const text = decodeUtf8(bytes);
    if (hasTooManyFields(text)) throw tooManyFields();
    return fieldsOf(new URLSearchParams(text));
  },
  // Node reads multipart forms by itself: no library is needed for it.
  "multipart/form-data": async (bytes, contentType) =>
    fieldsOf(await new Response(Buffer.from(bytes), { headers: { "content-type": contentType } }).formData()),
};

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

function readingError(error: unknown, limitBytes: number): unknown {
  const status = error instanceof Error && "status" in error ? error.status : undefined;
  if (status === 413) {
    return new ApiError("001413", { reason: `The body may have ${limitBytes} bytes`, cause: error });
  }
  if (status === 415) {
    return new ApiError("001415", { reason: "Send the body without a content encoding", cause: error });
  }
  if (status === 400) {
    return new ApiError("001400", { reason: "The body is not what its headers say", cause: error });
  }
  return error;
}
