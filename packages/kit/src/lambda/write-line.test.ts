import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { it } from "node:test";

it("writes every line whole to a pipe that is full and does not wait, as after a use of process.stdout", async () => {
  const length = 200_000;
  const module = JSON.stringify(new URL("./write-line.ts", import.meta.url).href);
  const script = `
    const { writeLine } = await import(${module});
    process.stdout.write("first\\n");
    process.stderr.write("begun");
    for (let line = 0; line < 3; line += 1) writeLine("é".repeat(${length}) + "\\n");`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script]);
  // The pipe is not read before it is full.
  await once(child.stderr, "data");
  child.stdout.setEncoding("utf8");
  let output = "";
  child.stdout.on("data", (text: string) => {
    output += text;
  });
  const [code] = await once(child, "close");
  assert.equal(code, 0);
  assert.deepEqual(
    output.split("\n").map((line) => line.length),
    [5, length, length, length, 0],
  );
});
