/** Rolls a release back: AWS moves all callers to their previous version. */
import type { Alias } from "./aws.ts";
import { describeCallers, isDivided, leftDivided } from "./callers.ts";
import { checkVersion } from "./check-version.ts";
import type { Deployment, Shift } from "./code-deploy.ts";
import { ReleaseError } from "./release-error.ts";
import type { ReleaseTarget } from "./release-target.ts";
import { moveCallers, waitForEnd } from "./shift.ts";
import { step, type World } from "./world.ts";

export interface RollbackOptions {
  readonly stage: string;
  /** Default: the callers' previous version. */
  readonly to?: string | undefined;
}

export interface RollbackWorld extends World {
  readonly target: ReleaseTarget;
}

/**
 * Moves all callers back. Stops a running shift, which AWS then rolls back.
 *
 * @throws ReleaseError that says which step failed, and why.
 */
export async function rollback({ stage, to }: RollbackOptions, world: RollbackWorld): Promise<void> {
  const { aws, progress, now } = world;
  const startedAt = now();
  const latest = await step(world, "look", async () => {
    const words = describeCallers(await aws.readAlias());
    const { latestId } = await aws.readGroup();
    return [latestId === undefined ? undefined : await aws.readDeployment(latestId), words];
  });
  const ended = latest?.state === "running" ? await endShift(world, latest, to) : undefined;

  const { alias, shifts, version, latestId } = await step(world, "choose", async () => {
    const alias = await aws.readAlias();
    if (isDivided(alias)) throw leftDivided(aws.functionName, alias);
    const shifts = await aws.listShifts();
    const version = to ?? ended?.goal ?? versionBefore(alias, shifts);
    return [{ alias, shifts, version, ...(await aws.readGroup()) }, `version ${version}`];
  });
  if (version !== alias.version) {
    await step(world, "check", () => checkUnreleased(world, version, shifts));
    const shift: Shift = { kind: "Rollback", from: alias.version, to: version };
    await moveCallers(stage, world, shift, { trafficShift: "AllAtOnce", heedsAlarms: false, latestId });
  } else if (ended?.goal === undefined) {
    progress.say(`Nothing to roll back: all traffic already goes to version ${version}.`);
    return;
  }
  const took = Math.round((now() - startedAt) / 1000);
  progress.say(`Version ${version} receives all traffic, ${took} s after the rollback started.`);
  if (version !== alias.version)
    progress.say(`To undo this: npm run rollback -- --stage ${stage} --to ${alias.version}`);
}

/**
 * Ends a running shift, and lets a running rollback finish. Either may fail, so callers may still be on another version than
 * the goal.
 *
 * @param to the version that the owner has chosen.
 * @returns the version that callers should have; `undefined` if it is unknown.
 * @throws ReleaseError if a rollback by AWS failed and `to` is missing, because AWS does not tell the goal.
 */
async function endShift(
  world: RollbackWorld,
  { id, isRollback, shift }: Deployment,
  to: string | undefined,
): Promise<{ readonly goal: string | undefined }> {
  const { aws } = world;
  return step(world, "stop", async () => {
    if (!isRollback) await aws.stopDeployment(id);
    const { state, why } = await waitForEnd(world, id);
    if (!isRollback)
      return state === "failed"
        ? [{ goal: shift?.from ?? (await aws.readAlias()).version }, `deployment ${id} was rolled back`]
        : [{ goal: shift?.from }, `deployment ${id} ended before it could be stopped`];
    if (state === "succeeded")
      return [
        { goal: shift?.to ?? (await aws.readAlias()).version },
        `deployment ${id} shifted traffic back`,
      ];
    if (!shift && to === undefined)
      throw new ReleaseError(
        `CodeDeploy started deployment ${id} to shift traffic back, but it failed (${why}). Now ${describeCallers(await aws.readAlias())}; choose the version with --to.`,
      );
    return [{ goal: shift?.to }, `deployment ${id} failed, ${why}`];
  });
}

/** The callers' previous version: the start of the newest release of their current version, ignoring later rollbacks. */
function versionBefore({ version }: Alias, shifts: readonly Shift[]): string {
  const release = shifts.find(({ kind, to }) => kind === "Release" && to === version);
  if (release) return release.from;
  throw new ReleaseError(
    `Cannot find a release of version ${version}, so the previous version is unknown; choose a version, for example --to ${Number(version) - 1}.`,
  );
}

/** A version that was released before is not checked again: it has served callers, and a rollback is urgent. */
async function checkUnreleased(
  { aws, target, now }: RollbackWorld,
  version: string,
  shifts: readonly Shift[],
): Promise<readonly [undefined, string]> {
  const state = await aws.readFunction(version);
  if (shifts.some(({ to }) => to === version)) return [undefined, `version ${version} was released before`];
  const verdict = await checkVersion(aws, state, Math.floor(now() / 1000), target);
  if ("fault" in verdict) throw new ReleaseError(`Version ${version} failed its check: ${verdict.fault}.`);
  return [undefined, `version ${version} responded as expected to ${verdict.calls} requests`];
}
