/**
 * Writes a line to stdout without `process.stdout`, whose first use loads all of Node's streams. `node:fs` is
 * not imported either, because an ES module would read each of its exports.
 */
export function writeLine(line: string): void {
  const { writeSync } = process.getBuiltinModule("node:fs");
  // A pipe may take only a part, or nothing until it is read.
  for (let rest = Buffer.from(line); rest.length > 0; ) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
}
