/** Which of two versions is newer, by the rules of Semantic Versioning 2.0.0, section 11. */

/** @returns a positive number if `a` is newer than `b`, a negative one if it is older, and 0 if they are equal. */
export function compareVersions(a: string, b: string): number {
  const [[coreA, previewA], [coreB, previewB]] = [partsOf(a), partsOf(b)];
  const byCore = compareLists(coreA, coreB);
  if (byCore !== 0 || previewA.length === 0 || previewB.length === 0)
    return byCore || previewB.length - previewA.length;
  return compareLists(previewA, previewB);
}

/** The numbers, and the identifiers of a prerelease. Build metadata does not count. */
function partsOf(version: string): readonly [string[], string[]] {
  const [, core = "", , preview = ""] = /^([\d.]+)(-([^+]+))?/.exec(version) ?? [];
  return [core.split("."), preview === "" ? [] : preview.split(".")];
}

function compareLists(a: readonly string[], b: readonly string[]): number {
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const order = compareParts(part, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Numbers come before words. */
function compareParts(a: string, b: string): number {
  const [isNumberA, isNumberB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isNumberA && isNumberB) return Number(a) - Number(b);
  if (isNumberA !== isNumberB) return isNumberA ? -1 : 1;
  return a < b ? -1 : Number(a > b);
}
