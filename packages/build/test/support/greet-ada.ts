/** Runs the job `greet` of a built folder. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { rehearsalEnvironment } from "../../src/rehearsal.ts";

/** Returns what the job returns for Ada, in a separate process: `Hello Ada`. */
export async function greetAda(folder: string): Promise<string> {
  const program = `const { handler } = await import("./job-greet.mjs");
    console.log(await handler({ name: "Ada" }, { awsRequestId: "id-1" }));`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--expose-gc", "--input-type=module", "--eval", program],
    { cwd: folder, env: { ...rehearsalEnvironment({ settings: {} }) } },
  );
  return stdout.trim().split("\n").at(-1) ?? "";
}
