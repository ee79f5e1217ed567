import type { FunctionState } from "./aws.ts";
import { ReleaseError } from "./release-error.ts";
import type { World } from "./world.ts";

const LOOK_AGAIN_MILLISECONDS = 1_000;
/** Lambda takes seconds; in a VPC a minute or two. */
const PATIENCE_MILLISECONDS = 5 * 60_000;

/**
 * Waits until Lambda has finished a change of a function or a version.
 *
 * Every change of state is a new revision, so only the state read afterwards is reliable
 * (docs.aws.amazon.com/lambda/latest/dg/functions-states.html).
 *
 * @throws ReleaseError if the change fails or takes too long.
 */
export async function waitUntilReady({ aws, now, wait }: World, version?: string): Promise<FunctionState> {
  const name = version === undefined ? aws.functionName : `version ${version}`;
  const startedAt = now();
  for (;;) {
    const state = await aws.readFunction(version);
    if (state.isReady && state.failure !== undefined && version !== undefined)
      throw new ReleaseError(`Lambda could not prepare ${name}: ${state.failure}`);
    if (state.isReady) return state;
    if (now() - startedAt > PATIENCE_MILLISECONDS)
      throw new ReleaseError(`Lambda has not finished ${name} after five minutes; try again later.`);
    await wait(LOOK_AGAIN_MILLISECONDS);
  }
}
