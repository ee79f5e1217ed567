/** Whether a request's `if-none-match` has an entity tag, by weak comparison (RFC 9110, section 13.1.2). */
export function hasEntityTag(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch?.trim() === "*") return true;
  // A tag may contain a comma.
  const wanted: readonly string[] = ifNoneMatch?.match(OPAQUE_TAG) ?? [];
  return wanted.includes(tag.replace(/^W\//, ""));
}

/** RFC 9110, section 8.8.3. */
const OPAQUE_TAG = /"[^"]*"/g;
