/** The outside world of a release and a rollback, which tests replace. */
import type { ReleaseAws } from "./aws.ts";
import type { Progress } from "./progress.ts";
import { ReleaseError } from "./release-error.ts";

export interface World {
  readonly aws: ReleaseAws;
  readonly progress: Progress;
  /** Milliseconds since the epoch. */
  now(): number;
  wait(milliseconds: number): Promise<void>;
}

/**
 * Runs one step, and prints its start and result.
 *
 * @param run returns the step's result and a short text about it.
 * @throws ReleaseError that names the step.
 */
export async function step<T>(
  { progress }: Pick<World, "progress">,
  name: string,
  run: () => Promise<readonly [result: T, words: string]>,
): Promise<T> {
  try {
    progress.begin(name);
    const [result, words] = await run();
    progress.end(name, words);
    return result;
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    throw new ReleaseError(`The step "${name}" failed: ${error.message}`);
  }
}
