/**
 * Maps stacks to the sources: a build leaves a source map beside each of its files, which is read when an
 * error is logged.
 */
import type { SourceMap } from "node:module";

const PLACE = /(?:file:\/\/)?(\.?\/[^\s()]+\.m?js):(\d+):(\d+)/g;

const maps = new Map<string, SourceMap | undefined>();

/** Replaces the positions in built files with those in the sources, if there is a source map. */
export function sourceStack(stack: string): string {
  return stack.replaceAll(PLACE, (place: string, file: string, line: string, column: string) => {
    const entry = mapOf(file)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (!entry || !("originalSource" in entry)) return place;
    return `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
}

function mapOf(file: string): SourceMap | undefined {
  if (!maps.has(file)) maps.set(file, readMap(`${file}.map`));
  return maps.get(file);
}

function readMap(file: string): SourceMap | undefined {
  try {
    // Not imported: the built function's entry logs too, and an ES import of a builtin module loads all of
    // it.
    const { readFileSync } = process.getBuiltinModule("node:fs");
    const { SourceMap } = process.getBuiltinModule("node:module");
    return new SourceMap(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    // From the sources, or from a library.
    return undefined;
  }
}
