// Starts one of the README's examples on free ports, with the Node that runs the test.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";

/** Returns the URLs in the example's first line of output. */
export async function startExample(
  t: TestContext,
  file: string,
  environment: Record<string, string>,
): Promise<string[]> {
  const example = spawn(process.execPath, [file], {
    env: { ...process.env, ...environment, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => example.kill());
  const lines = createInterface(example.stdout)[Symbol.asyncIterator]();
  const { value: line = "" } = await lines.next();
  return line.match(/http:\S+/g) ?? [];
}
