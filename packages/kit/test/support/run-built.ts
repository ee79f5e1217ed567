/**
 * Run in a separate process: answers the events of its second argument with the function that was built into
 * the folder of its first. Its last line lists each answer and what was loaded for it: files of the folder
 * with their bytes of JavaScript, and Node's own modules beyond those that Lambda's runtime has loaded.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import type { LambdaHandler } from "../../src/lambda/create-handler.ts";
import { lambdaContext } from "../../src/testing/payload-event.ts";

export interface BuiltAnswer {
  readonly statusCode: number;
  readonly body: string;
  readonly files: readonly string[];
  readonly bytes: number;
  readonly builtins: readonly string[];
}

const [folder = "", events = "[]"] = process.argv.slice(2);
const require = createRequire(import.meta.url);
for (const name of ["fs", "http", "module", "net", "path", "stream", "util"]) require(name);

const fs = process.getBuiltinModule("fs");
const { readFileSync } = fs;
const read = new Map<string, number>();
fs.readFileSync = ((path: string, ...options: []) => {
  const content = readFileSync(path, ...options);
  if (String(path).startsWith(folder)) read.set(path.slice(folder.length + 1), content.length);
  return content;
}) as typeof readFileSync;

const builtins = () =>
  (process as typeof process & { moduleLoadList: string[] }).moduleLoadList
    .filter((entry) => entry.startsWith("NativeModule "))
    .map((entry) => entry.replace("NativeModule ", ""));
const before = new Set(builtins());

const answers: BuiltAnswer[] = [];
const bundle = join(folder, "bundle.mjs");
const { handler }: { handler: LambdaHandler } = await import(bundle);
for (const event of JSON.parse(events)) {
  const result = await handler(event, lambdaContext());
  const loaded = builtins();
  const files = [...read].filter(([file]) => file.endsWith(".js"));
  answers.push({
    statusCode: "statusCode" in result ? result.statusCode : 0,
    body: "body" in result ? result.body : "",
    files: files.map(([file]) => file),
    bytes: files.reduce((sum, [, bytes]) => sum + bytes, fs.statSync(bundle).size),
    builtins: loaded.filter((name) => !before.has(name)),
  });
}
process.stdout.write(`\n${JSON.stringify(answers)}\n`);
