/** Takes a release back: AWS moves all callers to the version that they had before. */
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
  /** Default: what callers had before. */
  readonly to?: string | undefined;
}

export interface RollbackWorld extends World {
  readonly target: ReleaseTarget;
}

/**
 * Moves all callers back. A shift that is running is stopped, and AWS takes it back.
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
  const isBack = latest?.state === "running" && (await endShift(world, latest));

  const { alias, shifts, version, latestId } = await step(world, "choose", async () => {
    const alias = await aws.readAlias();
    if (isDivided(alias)) throw leftDivided(aws.functionName, alias);
    const shifts = await aws.listShifts();
    const version = to ?? (isBack ? alias.version : versionBefore(alias, shifts));
    return [{ alias, shifts, version, ...(await aws.readGroup()) }, `version ${version}`];
  });
  if (version !== alias.version) {
    await step(world, "check", () => checkUnreleased(world, version, shifts));
    const shift: Shift = { kind: "Rollback", from: alias.version, to: version };
    await moveCallers(stage, world, shift, { trafficShift: "AllAtOnce", heedsAlarms: false, latestId });
  } else if (!isBack) {
    progress.say(`All callers are on version ${version} already: nothing to take back.`);
    return;
  }
  const took = Math.round((now() - startedAt) / 1000);
  progress.say(`Version ${version} is live for all callers, ${took} s after the start.`);
  if (version !== alias.version)
    progress.say(`To undo this: npm run rollback -- --stage ${stage} --to ${alias.version}`);
}

/**
 * Ends a shift that is running. A rollback is left to finish.
 *
 * @returns whether callers are back where they came from.
 */
async function endShift(world: RollbackWorld, latest: Deployment): Promise<boolean> {
  const { aws } = world;
  return step(world, "stop", async () => {
    if (!latest.isRollback) await aws.stopDeployment(latest.id);
    const { state } = await waitForEnd(world, latest.id);
    const isBack = latest.isRollback || state === "failed";
    return [
      isBack,
      `deployment ${latest.id} has ${isBack ? "been taken back" : "ended before it could be stopped"}`,
    ];
  });
}

/** What callers had before: where the newest release of their version came from, whatever was taken back since. */
function versionBefore({ version }: Alias, shifts: readonly Shift[]): string {
  const release = shifts.find(({ kind, to }) => kind === "Release" && to === version);
  if (release) return release.from;
  throw new ReleaseError(
    `No release of version ${version} is known, and so not what was there before; choose a version, e.g. --to ${Number(version) - 1}.`,
  );
}

/** A version that a release has brought to callers is not checked again: it has served them, and there is no time to lose. */
async function checkUnreleased(
  { aws, target, now }: RollbackWorld,
  version: string,
  shifts: readonly Shift[],
): Promise<readonly [undefined, string]> {
  const state = await aws.readFunction(version);
  if (shifts.some(({ to }) => to === version)) return [undefined, `version ${version} was released before`];
  const verdict = await checkVersion(aws, state, Math.floor(now() / 1000), target);
  if ("fault" in verdict)
    throw new ReleaseError(`Version ${version} is not fit for callers: ${verdict.fault}.`);
  return [undefined, `version ${version} answered ${verdict.calls} calls as it should`];
}
