import { parseArgs } from "node:util";

export interface BenchOptions {
  /** A quick run: few samples, and nothing is written. */
  readonly isQuick: boolean;
}

/** @throws Error for an unknown or invalid option. */
export function readOptions(args: readonly string[]): BenchOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { quick: { type: "boolean", default: false } },
    });
    return { isQuick: values.quick };
  } catch {
    throw new Error(
      `Cannot read "${args.join(" ")}"; the only option is --quick, as in npm run bench -- --quick.`,
    );
  }
}
