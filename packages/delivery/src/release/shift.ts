/** Lets AWS move callers, and waits until they have moved or are back. */
import { isDivided } from "./callers.ts";
import type { Deployment, Shift, ShiftOptions } from "./code-deploy.ts";
import { interference, ReleaseError } from "./release-error.ts";
import { step, type World } from "./world.ts";

const LOOK_AGAIN_MILLISECONDS = 5_000;

/**
 * Moves callers, as a step of a command.
 *
 * @throws ReleaseError if AWS has rolled it back.
 */
export async function moveCallers(
  stage: string,
  world: World,
  shift: Shift,
  options: ShiftOptions,
): Promise<void> {
  const { aws, progress } = world;
  await step(world, "shift", async () => {
    const present = await aws.readAlias();
    if (present.version !== shift.from || isDivided(present)) throw interference("shifted traffic");
    const id = await aws.startShift(shift, options);
    progress.say(
      `Deployment ${id} shifts traffic from version ${shift.from} to version ${shift.to}. CodeDeploy continues even if this command stops. To roll back: npm run rollback -- --stage ${stage}`,
    );
    const { state, why } = await waitForEnd(world, id);
    if (state === "failed")
      throw new ReleaseError(`CodeDeploy did not shift traffic to version ${shift.to}: ${why}.`);
    return [undefined, `all traffic goes to version ${shift.to}`];
  });
}

/** Waits for the end of a deployment and of its rollback, if any. */
export async function waitForEnd(world: World, id: string): Promise<Deployment> {
  for (;;) {
    const deployment = await world.aws.readDeployment(id);
    if (deployment.state !== "running") {
      if (deployment.rollbackId !== undefined) await waitForEnd(world, deployment.rollbackId);
      return deployment;
    }
    await world.wait(LOOK_AGAIN_MILLISECONDS);
  }
}
