import { parseArgs } from "node:util";

export interface BenchOptions {
  /** A quick run: few samples, and nothing is written. */
  readonly isQuick: boolean;
  /** A developer's commands instead of the API; nothing is written. */
  readonly isWait: boolean;
}

/** @throws Error for an unknown or invalid option. */
export function readOptions(args: readonly string[]): BenchOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: "boolean", default: false },
        wait: { type: "boolean", default: false },
      },
    });
    return { isQuick: values.quick, isWait: values.wait };
  } catch {
    throw new Error(
      `Cannot read "${args.join(" ")}"; the options are --quick and --wait, as in npm run bench -- --quick.`,
    );
  }
}
