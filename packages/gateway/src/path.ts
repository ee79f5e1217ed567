// The path as the service passes it on: percent-decoded before anything reads it (docs/behaviour.md §1.4).

/**
 * Returns `undefined` for a path that the service refuses with 400, which happens only when decoding twice.
 */
export function decodePath(path: string, decoding: "once" | "twice"): string | undefined {
  const once = beforeQuestionMark(decodePercent(path));
  if (decoding === "once") return once;
  try {
    return decodeURIComponent(once);
  } catch {
    return undefined;
  }
}

/** Decodes what can be decoded; malformed escapes and bytes that are not UTF-8 stay unchanged. */
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
