/** Compression of responses. Loaded by the first response that is worth compressing. */
import { promisify } from "node:util";
import { brotliCompress, gzip, constants as zlib } from "node:zlib";
import { preferences } from "../request/preferences.ts";
import type { WholeAnswer } from "./reply.ts";

const CODERS = {
  // The highest levels are for files that are compressed once: here a caller waits.
  br: (body: string | Uint8Array) =>
    promisify(brotliCompress)(body, { params: { [zlib.BROTLI_PARAM_QUALITY]: 4 } }),
  gzip: (body: string | Uint8Array) => promisify(gzip)(body),
} as const;

type Coding = keyof typeof CODERS;

/** Compressed bodies that are sent more than once, by the value that each was written from. */
const kept = new WeakMap<object, Partial<Record<Coding, Promise<Uint8Array>>>>();

/**
 * Compresses a response in the coding that its caller prefers; brotli, if both are equal.
 *
 * @param acceptEncoding of the request.
 * @param lasting the value that the body was written from, if it never changes: it is compressed once per
 *   coding.
 */
export async function compress(
  answer: WholeAnswer,
  acceptEncoding: string | undefined,
  lasting?: unknown,
): Promise<WholeAnswer> {
  const accepted = preferences(acceptEncoding);
  const weightOf = (coding: string) => accepted.get(coding) ?? accepted.get("*") ?? 0;
  const coding = weightOf("br") >= weightOf("gzip") ? "br" : "gzip";
  // A coding that is not listed is acceptable, but no caller prefers it.
  if (weightOf(coding) === 0 || (accepted.get("identity") ?? 0) > weightOf(coding)) return answer;
  const { etag } = answer.headers;
  // A strong tag identifies one coding only (RFC 9110, section 8.8.3.3).
  const headers = { ...answer.headers, ...(etag?.startsWith('"') && { etag: `W/${etag}` }) };
  // A 304 has the headers of the response that its caller has stored (RFC 9110, section 15.4.5).
  if (answer.body === undefined) return { ...answer, headers };
  return {
    ...answer,
    headers: { ...headers, "content-encoding": coding },
    body: await (typeof lasting === "object" && lasting !== null
      ? compressOnce(lasting, coding, answer.body)
      : CODERS[coding](answer.body)),
  };
}

function compressOnce(lasting: object, coding: Coding, body: string | Uint8Array): Promise<Uint8Array> {
  const codings = kept.get(lasting) ?? {};
  kept.set(lasting, codings);
  codings[coding] ??= CODERS[coding](body);
  return codings[coding];
}
