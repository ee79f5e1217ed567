// Whether a request body reaches the function as text or as base64 (docs/behaviour.md §1.8).

import { isUtf8 } from "node:buffer";

const textTypes = new Set([
  "application/json",
  "application/xml",
  "application/javascript",
  "application/graphql",
]);

export function isTextBody(
  body: Buffer,
  headers: ReadonlyMap<string, string>,
  structuredSuffixBodies: "base64" | "text",
): boolean {
  const [type = "", ...parameters] = (headers.get("content-type") ?? "")
    .toLowerCase()
    .split(";")
    .map((part) => part.trim());
  const hasTextType =
    type.startsWith("text/") ||
    textTypes.has(type) ||
    (structuredSuffixBodies === "text" && /\+(?:json|xml)$/.test(type));
  const charset = parameters.find((parameter) => parameter.startsWith("charset="))?.slice("charset=".length);
  const hasUtf8Charset = charset === undefined || /^"?utf-8"?$/.test(charset);
  return hasTextType && hasUtf8Charset && isUtf8(body);
}
