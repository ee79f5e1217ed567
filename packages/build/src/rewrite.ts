/** Replaces parts of a program's text without changing its length, so that its source map still fits. */
import { parse } from "acorn";

/** A node of the syntax tree: https://github.com/estree/estree */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** Replaces a text with one of at most the same length; by default with spaces. */
export type Replace = (start: number, end: number, text?: string) => void;

/** Receives each node of a program with its ancestors, the innermost last. */
export type Inspect = (node: Node, ancestors: readonly Node[], replace: Replace) => void;

/** Where replacements overlap, the outer one counts. */
export function rewrite(code: string, sourceType: "script" | "module", inspect: Inspect): string {
  const edits: { start: number; end: number; text: string }[] = [];
  const replace: Replace = (start, end, text = "") => edits.push({ start, end, text });
  const ancestors: Node[] = [];

  const visit = (node: Node): void => {
    inspect(node, ancestors, replace);
    ancestors.push(node);
    for (const key in node) {
      const value = node[key];
      if (Array.isArray(value)) {
        for (const item of value) if (isNode(item)) visit(item);
      } else if (isNode(value)) visit(value);
    }
    ancestors.pop();
  };
  visit(parse(code, { ecmaVersion: "latest", sourceType }) as unknown as Node);

  const pieces: string[] = [];
  let last = 0;
  for (const { start: from, end, text } of edits.sort((a, b) => a.start - b.start)) {
    const start = Math.max(from, last);
    if (end <= start) continue;
    const [first = "", ...others] = code.slice(start, end).replaceAll(/[^\n]/g, " ").split("\n");
    pieces.push(code.slice(last, start), [text.padEnd(first.length), ...others].join("\n"));
    last = end;
  }
  return pieces.join("") + code.slice(last);
}

export function isNode(value: unknown): value is Node {
  if (typeof value !== "object" || value === null) return false;
  const { type, start } = value as Partial<Node>;
  return typeof type === "string" && typeof start === "number";
}
