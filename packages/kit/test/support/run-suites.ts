/** Runs suites of the kit in a separate process, where their tests may fail. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface Outcome {
  /** The titles around the test, the outermost first, and its own. */
  readonly path: readonly string[];
  readonly passed: boolean;
  readonly isSuite: boolean;
  /** Why it failed. */
  readonly message: string;
}

const REPORTER = fileURLToPath(new URL("outcome-reporter.ts", import.meta.url));

/**
 * Runs a file with tests.
 *
 * @returns the outcome of each test, by the outermost title.
 */
export async function runSuites(file: URL): Promise<ReadonlyMap<string, readonly Outcome[]>> {
  // With it, the process would report to the runner of this test.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const args = [`--test-reporter=${REPORTER}`, fileURLToPath(file)];
  const output = await new Promise<string>((resolve, reject) =>
    execFile(
      process.execPath,
      args,
      { env, maxBuffer: 2 ** 26, timeout: 120_000 },
      (error, stdout, stderr) => {
        // 1: a test has failed. Anything else, such as a timeout, is a fault of the run itself.
        if (stderr || (error && error.code !== 1)) reject(new Error(stderr, { cause: error }));
        else resolve(stdout);
      },
    ),
  );
  const outcomes = output
    .trim()
    .split("\n")
    .map((line): Outcome => JSON.parse(line));
  return Map.groupBy(outcomes, ({ path }) => path[0] ?? "");
}
