/** What a release and a rollback need of the world, so that a test can give them another. */
import type { ReleaseAws } from "./aws.ts";
import type { Progress } from "./progress.ts";
import { ReleaseError } from "./release-error.ts";

export interface World {
  readonly aws: ReleaseAws;
  readonly progress: Progress;
  /** Aborts when somebody wants it to stop. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Returns early when the signal aborts. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Takes one step: shows that it began and what came of it.
 *
 * @param run gives what the step is for, and a few words for who watches.
 * @throws ReleaseError that names the step.
 */
export async function step<T>(
  { progress, signal }: Pick<World, "progress" | "signal">,
  name: string,
  run: () => Promise<readonly [result: T, words: string]>,
): Promise<T> {
  try {
    stopIfAsked(signal);
    progress.begin(name);
    const [result, words] = await run();
    progress.end(name, words);
    return result;
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    throw new ReleaseError(`It stopped at "${name}": ${error.message}`);
  }
}

/** @throws ReleaseError when somebody wants it to stop. */
export function stopIfAsked(signal: AbortSignal): void {
  if (signal.aborted) throw new ReleaseError("Somebody stopped it.");
}
