/** Prints a graph for review: the tree of resources, and each property that is set. */
import { type Graph, type Json, masked } from "./graph.ts";

export function printGraph({ resources, outputs }: Graph): string {
  const children = new Map<string, typeof resources>();
  for (const resource of resources)
    children.set(resource.parent, [...(children.get(resource.parent) ?? []), resource]);

  const lines: string[] = [];
  const print = (urn: string, indent: string) => {
    for (const resource of children.get(urn) ?? []) {
      lines.push(`${indent}${resource.name}  ${resource.type}`);
      const flags = [
        ...(resource.protect ? ["protected"] : []),
        ...(resource.retainOnDelete ? ["retained"] : []),
        ...(resource.ignoreChanges.length > 0 ? [`ignores changes of ${resource.ignoreChanges}`] : []),
      ];
      for (const flag of flags) lines.push(`${indent}    (${flag})`);
      printValue(masked(resource.inputs), `${indent}    `, lines);
      print(resource.urn, `${indent}  `);
    }
  };
  print("", "");
  lines.push("outputs");
  printValue(masked(outputs), "    ", lines);
  return `${lines.join("\n")}\n`;
}

function printValue(value: Json, indent: string, lines: string[]): void {
  for (const [name, inner] of Object.entries(value ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (name === "$asset") lines.push(`${indent}(a file)`);
    else if (typeof inner === "object" && inner !== null && !isList(inner)) {
      lines.push(`${indent}${name}`);
      printValue(inner, `${indent}  `, lines);
    } else
      lines.push(
        `${indent}${name}: ${typeof inner === "string" ? withoutHash(inner) : JSON.stringify(inner)}`,
      );
  }
}

/** Removes a bundle's hash, which in a synthesis does not come from the API. */
function withoutHash(text: string): string {
  return text.replace(/[0-9a-f]{64}/, "<hash>");
}

/** A list of plain values is printed on one line. */
function isList(value: object): boolean {
  return Array.isArray(value) && value.every((item) => typeof item !== "object");
}
