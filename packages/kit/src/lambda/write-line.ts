/**
 * Writes a line to stdout, past `process.stdout`: that is a stream, whose first use loads everything that streams
 * load. Neither is `node:fs` imported, of which an ES module would read every export.
 */
export function writeLine(line: string): void {
  process.getBuiltinModule("node:fs").writeSync(1, line);
}
