import { createHash } from "node:crypto";
import { hasEntityTag } from "../request/entity-tags.ts";
import type { WholeAnswer } from "./reply.ts";

/**
 * Adds an entity tag of the content to a response that has none, and returns 304 to a caller who has that
 * content. The tag is weak: it identifies the content in every coding (RFC 9110, section 8.8.1).
 *
 * @param ifNoneMatch of the request.
 */
export function revalidate(answer: WholeAnswer, ifNoneMatch: string | undefined): WholeAnswer {
  const { etag = tagOf(answer.body ?? "") } = answer.headers;
  const headers: Record<string, string> = { ...answer.headers, etag };
  if (!hasEntityTag(ifNoneMatch, etag)) return { ...answer, headers };
  for (const name of OF_CONTENT) delete headers[name];
  return { ...answer, status: 304, headers, body: undefined };
}

/** Headers that a 304 omits, because the caller's stored response has them (RFC 9110, section 15.4.5). */
const OF_CONTENT = ["content-type", "content-disposition", "content-language", "content-encoding"];

function tagOf(body: string | Uint8Array): string {
  return `W/"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"`;
}
