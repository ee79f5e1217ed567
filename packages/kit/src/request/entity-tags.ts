/** Whether a request's `if-none-match` has an entity tag, by weak comparison (RFC 9110, section 13.1.2). */
export function hasEntityTag(ifNoneMatch: string | undefined, tag: string): boolean {
  const wanted = (ifNoneMatch ?? "").split(",").map((given) => withoutMark(given.trim()));
  return wanted.includes(withoutMark(tag)) || wanted.includes("*");
}

function withoutMark(tag: string): string {
  return tag.replace(/^W\//, "");
}
