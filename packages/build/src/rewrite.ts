/** Changes a program's text here and there, and keeps its length, so that its source map still fits. */
import { parseSync } from "@babel/core";

/** A node of Babel's syntax tree. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** Puts a text of at most the same length in the place of another; by default blanks. */
export type Replace = (start: number, end: number, text?: string) => void;

/**
 * @param inspect is given each node, and up to five that it is in, the innermost first.
 */
export function rewrite(
  code: string,
  inspect: (node: Node, above: readonly Node[], replace: Replace) => void,
): string {
  const tree = parseSync(code, { babelrc: false, configFile: false, sourceType: "unambiguous" });
  const edits: { start: number; end: number; text: string }[] = [];
  const replace: Replace = (start, end, text = "") => edits.push({ start, end, text });
  visit(tree as unknown as Node, []);

  const pieces: string[] = [];
  let last = 0;
  for (const { start: from, end, text } of edits.sort((a, b) => a.start - b.start)) {
    const start = Math.max(from, last);
    if (end <= start) continue;
    const blank = code.slice(start + text.length, end).replaceAll(/[^\n]/g, " ");
    pieces.push(code.slice(last, start), text, blank);
    last = end;
  }
  return pieces.join("") + code.slice(last);

  function visit(node: Node, above: readonly Node[]): void {
    inspect(node, above, replace);
    for (const value of Object.values(node)) {
      for (const child of Array.isArray(value) ? value : [value]) {
        if (isNode(child)) visit(child, [node, ...above.slice(0, 4)]);
      }
    }
  }
}

export function isNode(value: unknown): value is Node {
  return (
    typeof (value as Partial<Node> | null)?.type === "string" && typeof (value as Node).start === "number"
  );
}
