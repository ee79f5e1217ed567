/** How bodies are read, by media type. */

/** `application/json`, or a range such as `text/*`, without parameters such as `charset`. */
export type MediaType = `${string}/${string}`;

/**
 * - `json`: a value, for `application/json` and every type that ends with `+json`
 * - `json lines`: a list of values, one per line
 * - `form`, `multipart`: an object of fields
 * - `text`: a string
 * - `bytes`: nothing that a schema could describe
 */
export type BodyKind = "json" | "json lines" | "form" | "multipart" | "text" | "bytes";

const KINDS: readonly (readonly [BodyKind, RegExp])[] = [
  ["json", /^application\/json$|\+json$/],
  ["json lines", /^application\/(x-ndjson|ndjson|jsonl)$/],
  ["form", /^application\/x-www-form-urlencoded$/],
  ["multipart", /^multipart\/form-data$/],
  ["text", /^text\/|^application\/(xml|yaml|graphql|javascript|sql)$|\+(xml|yaml)$/],
];

/** @param mediaType in lower case. */
export function bodyKindOf(mediaType: string): BodyKind {
  return KINDS.find(([, pattern]) => pattern.test(mediaType))?.[0] ?? "bytes";
}

/** Whether a media type belongs to a range (RFC 9110, section 12.5.1). */
export function isInRange(mediaType: string, range: string): boolean {
  if (range === mediaType || range === "*/*") return true;
  return range.endsWith("/*") && mediaType.startsWith(range.slice(0, -1));
}

/** Whether a content type is `application/json`, with or without parameters. */
export function isJson(contentType: string): boolean {
  return mediaTypeOf(contentType) === "application/json";
}

/** The media type of a `content-type` header, in lower case. */
export function mediaTypeOf(contentType: string): string {
  return contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
}
