/**
 * Writes a line to stdout without `process.stdout`, whose first use loads all of Node's streams. `node:fs` is
 * not imported either, because an ES module would read each of its exports.
 */
export function writeLine(line: string): void {
  process.getBuiltinModule("node:fs").writeSync(1, line);
}
