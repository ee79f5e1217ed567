// The path as the service hands it on: percent-decoded before anything looks at it (docs/behaviour.md §1.4).

/** Gives `undefined` for a path that the service refuses with 400, which happens only when decoding twice. */
export function decodePath(path: string, decoding: "once" | "twice"): string | undefined {
  const once = beforeQuestionMark(decodePercent(path));
  if (decoding === "once") return once;
  try {
    return decodeURIComponent(once);
  } catch {
    return undefined;
  }
}

/** Decodes what can be decoded; a malformed escape and bytes that are not UTF-8 stay as they were sent. */
export function decodePercent(text: string): string {
  if (!text.includes("%")) return text;
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}

function beforeQuestionMark(path: string): string {
  const index = path.indexOf("?");
  return index === -1 ? path : path.slice(0, index);
}
